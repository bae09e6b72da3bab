# what: builds code at run time, to reach what a check of the text cannot see
# expect: result or error
# result: {"leaked": []}
def execute_tool(parameters, context):
    leaked = []
    hidden = "".join(map(chr, [95, 95, 105, 109, 112, 111, 114, 116, 95, 95]))
    def run_by_exec(text):
        scope = {}
        exec("answer = " + text, scope)
        return scope["answer"]
    for text in ("__import__('os').popen('id').read()", "__import__('subprocess').check_output('id')",
                 "getattr(__builtins__, 'open')('/etc/passwd').read()", f"{hidden}('os').system('id') == 0",
                 "(lambda f: f.__globals__['__builtins__'])(lambda: 0) and open('/etc/shadow').read()"):
        for run in (eval, run_by_exec):
            try:
                answer = run(text)
                if answer:
                    leaked.append(str(answer)[:40])
            except Exception:
                pass
    return {"leaked": leaked}
