"""Runs lines of Python that the test sends, with the names of a generated module and one client, `device`.

Arguments: the module, its class, the URL. Each message is answered with the value of its last line, or with the error's
class and text; the time that it took is told in `seconds`.
"""
import ast
import asyncio
import importlib
import sys
import time

from json_lines import tell, told

module, name, url = sys.argv[1:]
names = dict(vars(importlib.import_module(module)), asyncio=asyncio, url=url)
names["device"] = names[name](url)


def value_of(source):
    *lines, last = ast.parse(source).body
    exec(compile(ast.Module(lines, []), "<test>", "exec"), names)
    if isinstance(last, ast.Expr):
        return eval(compile(ast.Expression(last.value), "<test>", "eval"), names)
    return exec(compile(ast.Module([last], []), "<test>", "exec"), names)


tell("ready")
for source in told():
    began = time.monotonic()
    try:
        answer = {"value": value_of(source)}
    except BaseException as error:
        answer = {"error": type(error).__name__, "text": str(error)}
    tell({**answer, "seconds": time.monotonic() - began})
