# what: crashes the interpreter with the functions that are made for it
# expect: error or trap
def execute_tool(parameters, context):
    import faulthandler
    for name in ("_sigsegv", "_sigabrt", "_fatal_error_c_thread", "_stack_overflow", "_read_null"):
        function = getattr(faulthandler, name, None)
        if function:
            function()
    raise RuntimeError("nothing of it is there")
