"""Names on the wire do not change: what earlier versions left on jobs, in stores and in plan files is read for ever."""
