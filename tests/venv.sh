# Sourced by tests/run.sh and examples/quickstart.sh: a virtual environment of the project's own, made once.
# Needs Python 3.11+ and PyPI; no root, no Java, no Docker.

say() { printf '\n== %s\n' "$*"; }

# find_python: the first Python that is new enough, or a message that says what is missing.
find_python() {
  local candidate
  for candidate in "${PYTHON:-}" python3.13 python3.12 python3.11 python3 python; do
    [ -n "$candidate" ] || continue
    if "$candidate" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
      printf '%s\n' "$candidate"
      return 0
    fi
  done
  echo "headgate needs Python 3.11 or newer with its venv module; set PYTHON to one" >&2
  return 1
}

# ensure_venv DIR STAMP PIP-ARGUMENTS...: install into DIR unless that was done for this very STAMP.
ensure_venv() {
  local dir=$1 stamp=$2
  shift 2
  if [ "$(cat "$dir/.headgate-stamp" 2>/dev/null)" = "$stamp" ]; then return 0; fi
  local python
  python=$(find_python) || return 1
  say "installing into $(basename "$dir") (once; the Flink parts are about 300 MB)"
  if [ ! -x "$dir/bin/python" ]; then "$python" -m venv "$dir" || return 1; fi
  "$dir/bin/python" -m pip install --quiet --disable-pip-version-check "$@" || return 1
  printf '%s' "$stamp" >"$dir/.headgate-stamp"
}
