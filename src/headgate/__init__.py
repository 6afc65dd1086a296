"""headgate: a declarative GitOps reconciler for Apache Flink jobs."""
