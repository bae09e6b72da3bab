"""The official Python client, unchanged, against a server of ours.

Reads one JSON object from standard input: base, agent, key, on_prem, variables, and say: a list of messages, of
{"update": text} and of {"hear": true}, which only waits for what the agent says. Prints one JSON line for each thing that happens.
"""

import asyncio
import json
import queue
import sys
import threading
import time

from elevenlabs.client import AsyncElevenLabs, ElevenLabs
from elevenlabs.conversational_ai.conversation import (
    AsyncConversation,
    ClientTools,
    Conversation,
    ConversationInitiationData,
    OnPremInitiationData,
)

wish = json.load(sys.stdin)
PATIENCE = 60
lock = threading.Lock()


def tell(**what):
    with lock:
        print(json.dumps(what), flush=True)


def tools():
    made = ClientTools()
    made.register("add", lambda p: tell(called="add", got=p) or p["a"] + p["b"])

    async def slow_add(p):
        await asyncio.sleep(0.3)
        return p["a"] + p["b"]

    async def boom(p):
        raise KeyError("bad")

    async def never(p):
        return "nobody awaits this one"

    made.register("slow_add", slow_add, is_async=True)
    made.register("boom", boom, is_async=True)
    made.register("empty", lambda p: None)
    made.register("obj", lambda p: {"k": [1]})
    # Not flagged as asynchronous: the client never sends a result.
    made.register("never", never)
    made.register("tell", lambda p: tell(told=p))
    try:
        made.register("add", lambda p: 0)
    except ValueError as error:
        tell(twice=str(error))
    return made


def options(answers):
    return {
        "requires_auth": bool(wish.get("key")),
        "config": ConversationInitiationData(dynamic_variables=wish.get("variables") or {}),
        "client_tools": tools(),
        "user_id": "somebody",
        "on_prem_config": OnPremInitiationData(wish["on_prem"]) if wish.get("on_prem") else None,
        "callback_agent_response": answers,
        "callback_disconnect": lambda details: tell(gone=details.reason, code=details.close_code),
    }


def plain():
    heard = queue.Queue()
    conversation = Conversation(
        ElevenLabs(api_key=wish.get("key"), base_url=wish["base"]),
        wish["agent"],
        callback_latency_measurement=lambda ms: tell(latency=ms),
        **options(heard.put),
    )
    conversation.start_session()
    until = time.time() + PATIENCE
    while conversation._conversation_id is None:
        assert time.time() < until, "no metadata came"
        time.sleep(0.01)
    for said in wish["say"]:
        if isinstance(said, dict) and "update" in said:
            conversation.send_contextual_update(said["update"])
            continue
        if isinstance(said, str):
            conversation.send_user_message(said)
        while True:
            answer = heard.get(timeout=PATIENCE)
            tell(answer=answer)
            if answer != "Let me add.":
                break
    conversation.end_session()
    tell(id=conversation.wait_for_session_end())


async def asynchronous():
    heard = asyncio.Queue()

    async def put(answer):
        await heard.put(answer)

    wishes = options(put)

    async def gone(details):
        tell(gone=details.reason, code=details.close_code)

    wishes["callback_disconnect"] = gone
    conversation = AsyncConversation(
        AsyncElevenLabs(api_key=wish.get("key"), base_url=wish["base"]), wish["agent"], **wishes
    )
    await conversation.start_session()
    while conversation._conversation_id is None:
        await asyncio.sleep(0.01)
    for said in wish["say"]:
        await conversation.send_user_message(said)
        while True:
            answer = await asyncio.wait_for(heard.get(), PATIENCE)
            tell(answer=answer)
            if answer != "Let me add.":
                break
    await conversation.end_session()
    tell(id=await conversation.wait_for_session_end())


if wish.get("asynchronous"):
    asyncio.run(asynchronous())
else:
    plain()
