"""What is there: one adapter per platform, behind one small port.

`port` is what a platform must offer, `http` the one door to the network, `registry` finds the adapter a target names.
An adapter observes and carries out single effects; it never plans, never prints, never repeats a write blindly.
"""
