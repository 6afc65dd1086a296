#!/usr/bin/env bash
# Every check and test of the project: ruff, mypy, the layer contracts, pytest with a real Flink.
#   bash tests/run.sh          what a newcomer runs
#   bash tests/run.sh --full   adds the other Flink versions and the long tests; CI runs this
#   bash tests/run.sh --faults the fault suite alone; ends with "fault cases: N passed, M failed". What is paired with
#                              what depends on a seed, which is printed; HEADGATE_FAULT_SEED=N runs the same cases again
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

# Beside the Flink that pyproject.toml names (2.2.1): each is installed here once.
other_flinks=(1.20.3 2.3.0)
ensure_venv "$PWD/.venv" "dev-$(sum pyproject.toml tests/requirements.txt)" \
  --requirement tests/requirements.txt --editable '.[local]'
PATH="$PWD/.venv/bin:$PATH"

# A process for each core, up to four: each starts a Flink of its own.
cores=(--numprocesses logical --maxprocesses 4)

if [ "$faults" = yes ]; then
  export HEADGATE_FAULT_SEED="${HEADGATE_FAULT_SEED:-$RANDOM}"
  say "pytest, the fault suite, HEADGATE_FAULT_SEED=$HEADGATE_FAULT_SEED"
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
  for version in "${other_flinks[@]}"; do
    ensure_venv "$PWD/.venv-flink-$version" "flink-$version" "apache-flink-libraries==$version"
    say "pytest, on Flink $version"
    home=$(echo "$PWD/.venv-flink-$version"/lib/python*/site-packages/pyflink)
    HEADGATE_TEST_FLINK_HOME=$home pytest "${cores[@]}" --dist loadfile -m "flink and not full and not faults" "$@"
  done
else
  say "pytest"
  pytest "${cores[@]}" --dist loadfile -m "not full and not faults" "$@"
fi
