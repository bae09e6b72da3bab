# what: starts a process with subprocess
# expect: error
import subprocess
def execute_tool(parameters, context):
    return {"leaked": subprocess.check_output(["/usr/bin/id"]).decode()}
