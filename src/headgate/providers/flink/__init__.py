"""Plain Apache Flink: a session cluster, 1.20, 2.2 or 2.3, through nothing but its REST API.

May know Flink's endpoints, words and files; must not plan, print or decide. Read `adapter` first: the port, method by
method. It leans on

- `observation`     one listing, and what is known of each job already: `facts` (what never changes is asked for once),
                  `job_parameters` (what a job carries about itself), `ended_jobs` and `last_snapshot` (what ended jobs
                  left)
- `program`       the request that compiles or runs a spec; SQL goes through `runner`, the one piece of Java, and `jars`
- `compiled`      what a compiled plan says about state; `aggregates`: what an aggregate reads of its input
- `operator_texts`  the text of one operator as Flink prints it for people; `operator_plans`: a whole job as such texts
- `rejection`     Flink's own error envelope; `causes`: its words without Java; `refusals`: whose fault, and where
- `savepoint_triggers`         savepoints, each asked for once; `savepoint_folders`: the folder they go to;
  `cluster_files`: what is in it
- `scaling`       parallelism without a restart, `vertex_parallelism` read from vertices, `parallelism_bounds` that
  state sets
- `job_health`      health; `packages`: who uses a jar; `cluster`: its configuration; `forms`: what headgate.yaml may
  say
"""
