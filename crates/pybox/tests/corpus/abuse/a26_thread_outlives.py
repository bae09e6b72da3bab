# what: starts a thread that would outlive the call
# expect: error
import threading, time
def execute_tool(parameters, context):
    def work():
        while True:
            time.sleep(0.01)
    thread = threading.Thread(target=work)
    thread.start()
    return {"leaked": thread.is_alive()}
