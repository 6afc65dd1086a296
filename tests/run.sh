#!/usr/bin/env bash
# Every check and test of the project: ruff, mypy, the layer contracts, pytest with a real Flink.
#   bash tests/run.sh          what a newcomer runs
#   bash tests/run.sh --full   adds the other Flink version and the long tests; CI runs this
#   bash tests/run.sh --faults the fault suite alone; ends with "fault cases: N passed, M failed"
#   further arguments go to pytest
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. tests/venv.sh

full=no faults=no
case "${1:-}" in
  --full) full=yes; shift ;;
  --faults) faults=yes; shift ;;
esac

sum() { cat "$@" | cksum | tr ' ' '-'; }

other_flink=1.20.3
ensure_venv "$PWD/.venv" "dev-$(sum pyproject.toml tests/requirements.txt)" \
  --requirement tests/requirements.txt --editable '.[local]'
PATH="$PWD/.venv/bin:$PATH"

# A process for each core, up to four: each starts a Flink of its own.
cores=(--numprocesses logical --maxprocesses 4)

if [ "$faults" = yes ]; then
  say "pytest, the fault suite"
  exec pytest "${cores[@]}" -m faults tests/faults "$@"
fi

say "ruff"
ruff check src tests
ruff format --check src tests
say "mypy"
mypy
say "layers"
lint-imports

if [ "$full" = yes ]; then
  say "pytest, everything"
  pytest "${cores[@]}" --dist loadfile -m "not faults" "$@"
  ensure_venv "$PWD/.venv-flink-$other_flink" "flink-$other_flink" "apache-flink-libraries==$other_flink"
  say "pytest, on Flink $other_flink"
  home=$(echo "$PWD/.venv-flink-$other_flink"/lib/python*/site-packages/pyflink)
  HEADGATE_TEST_FLINK_HOME=$home pytest "${cores[@]}" --dist loadfile -m "flink and not full and not faults" "$@"
else
  say "pytest"
  pytest "${cores[@]}" --dist loadfile -m "not full and not faults" "$@"
fi
