"""What Huawei Cloud's services have in common: who asks, and how requests prove it.

May know the signatures, IAM and the environment variables of the ecosystem; knows no service. `signing` makes the
headers of a request, `credentials` finds the keys, `account` puts both together for a target, `iam` asks IAM for
tokens and project ids. `job_words` has the status words of both, `checkpoints` what a manifest says of checkpoints.
"""
