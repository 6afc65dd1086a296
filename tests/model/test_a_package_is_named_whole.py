"""Who uses a jar: by its name or path, and never by a part of another's name."""

from __future__ import annotations

import pytest

from headgate.model.packages import mentions


@pytest.mark.parametrize(
    ("text", "package"),
    [
        pytest.param("obs://b/lib/udf.jar", "udf.jar", id="file-name"),
        pytest.param("obs://b/lib/udf.jar", "lib/udf.jar", id="end-of-a-path"),
        pytest.param("obs://b/lib/udf.jar", "obs://b/lib/udf.jar", id="whole-path"),
        pytest.param("local:///opt/udf.jar", "/opt/udf.jar", id="absolute-path"),
        pytest.param("a.jar;lib/udf.jar", "udf.jar", id="in-a-list"),
        pytest.param("ADD JAR 'lib/udf.jar'", "udf.jar", id="in-a-statement"),
        pytest.param("package:functions", "functions", id="registered"),
        pytest.param("functions", "package:functions", id="registered-the-other-way-round"),
    ],
)
def test_a_whole_name_is_found(text: str, package: str) -> None:
    """However much of the path was given."""
    assert mentions(text, package)


@pytest.mark.parametrize(
    ("text", "package"),
    [
        pytest.param("obs://b/lib/my-udf.jar", "udf.jar", id="end-of-a-name"),
        pytest.param("obs://b/lib/udf.jar.old", "udf.jar", id="beginning-of-a-name"),
        pytest.param("obs://b/my-lib/udf.jar", "lib/udf.jar", id="end-of-a-folder"),
        pytest.param("obs://b/lib/udf.jar", "lib", id="folder"),
        pytest.param("package:my-functions", "functions", id="registered"),
    ],
)
def test_a_part_of_a_name_is_not(text: str, package: str) -> None:
    """A caller that replaces `udf.jar` is not to be reported of the users of `my-udf.jar`."""
    assert not mentions(text, package)
