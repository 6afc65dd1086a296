"""What we want: headgate.yaml and its job manifests, read into frozen values, every mistake with its line and column.

May know the model, the SQL splitter and the errors; providers hand in their forms. ruamel is imported only here.

- `find_project`, `load`, `schemas`, `ProviderForm`: all that is for others
- `files`      which files there are, and that none leaves the repository
- `reading`    YAML text to a `tree` that remembers places; `scalars` what a word in it means
- `forms`      the shapes, as pydantic models; `schema` the same for editors
- `mistakes`   what is wrong, in our words
- `page`       one file being read; `placeholders` its `${env:NAME}`, `settings` its Flink options
- `commit`     which commit the manifests are at
- `project_file`, `targets`; `jobs`, `statements`; `relations` between jobs
"""

from headgate.manifests.files import find_project
from headgate.manifests.forms import ProviderForm
from headgate.manifests.loading import load
from headgate.manifests.schema import schemas

__all__ = ["ProviderForm", "find_project", "load", "schemas"]
