"""What we want: headgate.yaml and its job manifests, read into frozen values, every mistake with its line and column.

May know the model, the SQL splitter and the errors; providers hand in their forms. ruamel and PyYAML are
imported only here.

- `absolute`, `find_project`, `named_project`, `load`, `schemas`, `ProviderForm`: all that is for others
- `files`      which files there are, and that none leaves the repository; `globs` those that a glob matches
- `yaml_reading`    YAML text to a `yaml_tree` that remembers places: `libyaml` or ruamel gives its events to
  `yaml_tree_builder`; `yaml_scalars` what a word in it means
- `forms`      the shapes, as pydantic models; `schema` the same for editors
- `validation_errors`   what is wrong, in our words; `form_structure` what a form wants where it is
- `source_file`       one file being read; `placeholders` its `${env:NAME}`, `config_options` its Flink options
- `written`, `updated`, `Drafts`, `Concealing`: the other way round, for `headgate import`: `manifest_writing` a new
  manifest,
  `manifest_editing` one that is there, `yaml_values` values as YAML, `secret_placeholders` secrets, `manifest_drafts`
  reading before it is written
- `commit`     which commit the manifests are at
- `project_file`, `targets`; `jobs`, `statements`; `project_checks` between jobs

How to add a field to the job manifest, shown by `savepoint.max_age`. In this order, each file that says it:

1. `manifests/forms.py`            the key: its type, its default, and what it does; mistakes in it have their place and
                                   hint from here, and so has the schema for editors
2. `model/spec.py`                 the value. One that only tells headgate how to handle the job, as here, goes into the
                                   handling, only where it is stated: hashes that stores have from before stay good
3. `manifests/jobs.py`             the form becomes the value
4. `planning/restore_points.py`    the rule that reads it, in the module that decides this
5. `model/reasons.py`              a reason of its own where it blocks something, with its page for `headgate explain`
                                   and the first move; nothing else is needed for it to be shown

A field that is part of what runs touches more. It goes into `fields()`, where a change means a restart, and into
`carried()` and `AppliedSpec.restored()`: jobs that were started before do not carry it, and read back as its default.
`manifest_writing` and `manifest_editing` write it for `headgate import`. Each provider sends it and reads it back, or
blocks what its platform cannot do.

Beside them: a line in `cli/topics/manifest.md`, whose example a test loads; a test of the rule in `tests/planning`. A
field of one platform alone is an option: it goes into the form of that provider (`providers/NAME/forms.py`), and
neither the model nor planning knows it.
"""

from headgate.manifests.files import absolute, find_project, named_project, rewrite, write_new
from headgate.manifests.forms import NAME_RULE, ProviderForm, is_name
from headgate.manifests.loading import load
from headgate.manifests.manifest_drafts import Drafts
from headgate.manifests.manifest_editing import updated
from headgate.manifests.manifest_writing import written
from headgate.manifests.schema import schemas
from headgate.manifests.secret_placeholders import Concealing, Unwritable
from headgate.manifests.yaml_values import tidied

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
