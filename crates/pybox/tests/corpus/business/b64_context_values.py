# what: reads its context and the environment as the documentation says
# parameters: {"name": "Ada"}
import os
def execute_tool(parameters, context):
    known = ["execution_id", "agent_id", "user_id", "organization_id", "conversation_id", "call_sid", "phone_number", "correlation_id", "user_data", "env"]
    return {"missing": [key for key in known if key not in context] if context else [], "name": parameters.get("name"), "none": os.getenv("NOT_SET"), "default": os.environ.get("NOT_SET", "x"), "is_dict": isinstance(context, dict)}
