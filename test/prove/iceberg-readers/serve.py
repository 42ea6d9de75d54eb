"""Answers requests of the proof one after the other, each a line of JSON, in one process: what a reader needs to start is paid for once."""
import json
import os
import sys


def serve(handlers):
    """Standard input: lines {"do": name of a handler, ...}. Standard output: a line for each, {"answer": ...} or {"failure": text}."""
    results = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what libraries print is none of the answers
    for line in sys.stdin:
        request = json.loads(line)
        try:
            outcome = {"answer": handlers[request["do"]](request)}
        except Exception as error:  # what cannot be read or written is an outcome to report, like what differs
            outcome = {"failure": told(error)}
        print(json.dumps(outcome), file=results, flush=True)


def told(error):
    """Returns an error in words, with what a stack of Java names as its causes."""
    causes = [line.strip() for line in str(error).splitlines() if "Caused by" in line]
    return f"{type(error).__name__}: {str(error)[:800]} {' '.join(causes)[:500]}".strip()
