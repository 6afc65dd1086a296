"""What we want: headgate.yaml and its job manifests, read into frozen values, every mistake with its line and column.

May know the model, the SQL splitter and the errors; providers hand in their forms. ruamel is imported only here.

- `absolute`, `find_project`, `named_project`, `load`, `schemas`, `ProviderForm`: all that is for others
- `files`      which files there are, and that none leaves the repository; `globbing` those that a glob matches
- `reading`    YAML text to a `tree` that remembers places; `scalars` what a word in it means
- `forms`      the shapes, as pydantic models; `schema` the same for editors
- `mistakes`   what is wrong, in our words; `shape` what a form wants where it is
- `page`       one file being read; `placeholders` its `${env:NAME}`, `settings` its Flink options
- `written`, `updated`, `Drafts`, `Concealing`: the other way round, for `headgate import`: `writing` a new manifest,
  `editing` one that is there, `nodes` values as YAML, `concealing` secrets, `drafting` reading before it is written
- `commit`     which commit the manifests are at
- `project_file`, `targets`; `jobs`, `statements`; `relations` between jobs
"""

from headgate.manifests.concealing import Concealing, Unwritable
from headgate.manifests.drafting import Drafts
from headgate.manifests.editing import updated
from headgate.manifests.files import absolute, find_project, named_project, rewrite, write_new
from headgate.manifests.forms import NAME_RULE, ProviderForm, is_name
from headgate.manifests.loading import load
from headgate.manifests.nodes import tidied
from headgate.manifests.schema import schemas
from headgate.manifests.writing import written

__all__ = [
    "NAME_RULE",
    "Concealing",
    "Drafts",
    "ProviderForm",
    "Unwritable",
    "absolute",
    "find_project",
    "is_name",
    "load",
    "named_project",
    "rewrite",
    "schemas",
    "tidied",
    "updated",
    "write_new",
    "written",
]
