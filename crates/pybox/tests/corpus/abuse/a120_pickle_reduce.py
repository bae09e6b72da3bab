# what: unpickles an object that calls os.system and one that asks for eval
# expect: result or error
# result: {"leaked": []}
def execute_tool(parameters, context):
    import pickle
    leaked = []
    for text in (b"cos\nsystem\n(S'id'\ntR.", b"cposix\nsystem\n(S'id'\ntR.", b"csubprocess\ncheck_output\n((lS'/usr/bin/id'\natR."):
        try:
            answer = pickle.loads(text)
            if answer == 0 or answer and not isinstance(answer, int):
                leaked.append(str(answer)[:40])
        except Exception:
            pass
    return {"leaked": leaked}
