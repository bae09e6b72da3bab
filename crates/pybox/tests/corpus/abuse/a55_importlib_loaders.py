# what: loads modules by path and extension modules by file name
# expect: result or error
# result: {"leaked": []}
def execute_tool(parameters, context):
    import importlib.machinery
    import importlib.util
    leaked = []
    for path in ("/etc/passwd", "/usr/lib/python3/dist-packages/six.py", "/usr/lib/x86_64-linux-gnu/libc.so.6"):
        for loader in (importlib.machinery.SourceFileLoader, importlib.machinery.ExtensionFileLoader):
            try:
                spec = importlib.util.spec_from_file_location("mine", path, loader=loader("mine", path))
                importlib.util.module_from_spec(spec)
                leaked.append(loader("mine", path).get_data(path)[:8].decode("latin-1"))
            except Exception:
                pass
    try:
        import zipimport
        zipimport.zipimporter("/tmp/x.zip")
        leaked.append("zipimport")
    except Exception:
        pass
    return {"leaked": leaked}
