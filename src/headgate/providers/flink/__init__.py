"""Plain Apache Flink: a session cluster, 1.20 or 2.x, through nothing but its REST API.

May know Flink's endpoints, words and files; must not plan, print or decide. Read `adapter` first: the port, method by
method. It leans on `program` (the request that compiles or runs a spec; SQL goes through `runner`, the one piece of
Java), `compiled` (what a compiled plan says about state), `parameters` (what a job carries about itself), `stops` and
`endings` (savepoints, and what ended jobs left), `watching` (health), `rejection` (Flink's own words at the user's
line), `facts` (what never changes is asked for once) and `forms` (what headgate.yaml may say).
"""
