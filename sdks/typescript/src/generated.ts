// Made by generate.mjs from the OpenAPI document. Do not edit.
export interface paths {
    "/api/v1/agent-packs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The packs that come with the program, by id, with their agents and tools. */
        get: operations["list_agent_packs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/agent-packs/{id}/install": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Makes what of a pack is not there yet: all of it, or nothing. What is there by its name is kept. Unless it is a dry
         *     run, it needs the scope `agents:write` too.
         */
        post: operations["install_agent_pack"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/agent-templates": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The agent templates that come with the program, by id. */
        get: operations["list_agent_templates"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/agent-templates/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One agent template, with all that it extends. */
        get: operations["get_agent_template"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/agents": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The organization's agents, by name. */
        get: operations["list_agents"];
        put?: never;
        /** Makes an agent. A name that is taken is a conflict. */
        post: operations["create_agent"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/agents/{agent}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One agent. */
        get: operations["get_agent"];
        /** Makes the agent, or brings it to this state. */
        put: operations["put_agent"];
        post?: never;
        /** Removes an agent and its assignments. Its executions stay in the log. */
        delete: operations["delete_agent"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/agents/{agent}/drafts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Proposed instructions of an agent, newest first. */
        get: operations["list_agent_drafts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/agents/{agent}/drafts/{draft}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One draft, with what it would change. */
        get: operations["get_agent_draft"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/agents/{agent}/drafts/{draft}/accept": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Makes the proposed instructions those of the agent. A draft whose base was changed meanwhile is a conflict. */
        post: operations["accept_agent_draft"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/agents/{agent}/drafts/{draft}/reject": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Puts a draft aside. */
        post: operations["reject_agent_draft"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/agents/{agent}/feedback": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What people think of an agent's runs: all of it in figures and by weeks, and one by one, newest first. */
        get: operations["agent_feedback"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/agents/{agent}/grants": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The users with whom an agent is shared. With `is_shared` everybody may run it, whoever stands here. */
        get: operations["list_agent_grants"];
        put?: never;
        /** Shares an agent with members by name, or takes that back. Its maker and administrators may do that. */
        post: operations["share_agent"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/agents/{agent}/improve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Has the agent's own model propose changed instructions from the feedback. They are kept as a draft and change nothing
         *     until a person accepts it.
         */
        post: operations["improve_agent"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/agents/{agent}/runs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Begins a run of this agent; see `POST /api/v1/runs`. */
        post: operations["run_agent"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/agents/{agent}/tools": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The tools of an agent, in its order. */
        get: operations["list_agent_tools"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/agents/{agent}/tools-settings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Makes tools of an agent's `tools_settings` and assigns them; the agent then carries none. Doing it again changes
         *     nothing.
         */
        post: operations["migrate_tools_settings"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/agents/{agent}/tools/{tool}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Gives an agent a tool, or changes how it has it. */
        put: operations["assign_tool"];
        post?: never;
        /** Takes a tool from an agent. */
        delete: operations["unassign_tool"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/agents/{agent}/tools/changes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The changes of an agent's tools that reached it, newest first. An agent with a pin is not reached by what it does
         *     not have.
         */
        get: operations["list_agent_tool_changes"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/alerts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What alert rules have raised, newest first: one item for each time that a rule fired, with when it was over. */
        get: operations["list_alerts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/alerts/rules": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The organization's alert rules, by name. A webhook's path is shown only to those who may change rules. */
        get: operations["list_alert_rules"];
        put?: never;
        /** Makes an alert rule. A name that is taken is a conflict. */
        post: operations["create_alert_rule"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/alerts/rules/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One alert rule, with where it stands. */
        get: operations["get_alert_rule"];
        /** Brings an alert rule to this state. When it watches something else now, it begins anew. */
        put: operations["put_alert_rule"];
        post?: never;
        /** Removes an alert rule. What it raised stays in the history. */
        delete: operations["delete_alert_rule"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/alerts/rules/{id}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sends every target of an alert rule a notification that says that it is only a test. */
        post: operations["test_alert_rule"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/approvals": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What executions wait for, newest first. */
        get: operations["list_approvals"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/approvals/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One ticket. */
        get: operations["get_approval"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/approvals/{id}/approve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Agrees. Once enough people have, the execution goes on by itself, once. The token that asked may not agree. */
        post: operations["approve"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/approvals/{id}/deny": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Refuses. Nothing is done, and the model is told. */
        post: operations["deny"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What was changed, newest first. */
        get: operations["list_audit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audit/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The log in the order of its chain, oldest first: what can be kept elsewhere and verified without a server. */
        get: operations["export_audit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audit/verify": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether the log is still what was written: every row is hashed again, and each hash compared with the next row's. */
        get: operations["verify_audit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/bundles": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Brings the tools and agents of a bundle, JSON or YAML, into the organization. */
        post: operations["import_bundle"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/cases": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The test cases of all tools, oldest first. */
        get: operations["list_all_cases"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/conversations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The organization's conversations, newest first. */
        get: operations["list_conversations"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/conversations/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A conversation: what was said, what it used and what it cost. */
        get: operations["get_conversation"];
        put?: never;
        post?: never;
        /** Deletes a conversation that has ended, with all that was said and kept in it. Its executions stay in the log. */
        delete: operations["delete_conversation"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/conversations/{id}/messages": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What was said in a conversation, oldest first: what the model has seen of it, word for word. */
        get: operations["list_conversation_messages"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/conversations/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Conversations with all that was said in them, one a line, newest first. */
        get: operations["export_conversations"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/credits": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What your organization has, and what operations cost. Nothing is charged unless the operator switched that on. */
        get: operations["get_credits"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/credits/entries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The ledger, newest first: every charge, refund and grant, with what there was after it. */
        get: operations["list_credit_entries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/credits/grants": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Adds credits, or takes some away; never more than there are. */
        post: operations["grant_credits"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/deliveries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The organization's webhooks, newest first: each is tried for a day and kept for a week. */
        get: operations["list_deliveries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/deliveries/{id}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sends a webhook again that arrived or was given up, with the same `webhook-id`. */
        post: operations["retry_delivery"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/doctor": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What the server knows about its own health. What tells of the machine, of secrets or of receivers is left out for
         *     those who are no administrators.
         */
        get: operations["diagnose"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/documents": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The organization's documents, newest first. */
        get: operations["list_documents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/documents/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What is known of a document. */
        get: operations["get_document"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/documents/{id}/content": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The bytes of a document. A picture may be looked at; anything else is for downloading, whatever it says that it is. */
        get: operations["get_document_content"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/executions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The organization's executions, newest first. */
        get: operations["list_executions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/executions/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One execution. */
        get: operations["get_execution"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/executions/{id}/answer": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How an execution went, in the form of the answer to its call. While it still waits or runs, `pending` says for what. */
        get: operations["get_answer"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/executions/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Asks a running execution to stop. A write that was already sent becomes `unknown` unless it may be repeated. */
        post: operations["cancel_execution"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/executions/{id}/case": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Makes a test case of an execution: the same call, with the recorded outcome expected. */
        post: operations["make_case_of_execution"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/executions/{id}/replay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Makes the same call again, as a new execution of the tool as it is now. */
        post: operations["replay_execution"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/executions/{id}/result": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What follows in a result that was cut. */
        get: operations["get_execution_result"];
        put?: never;
        /**
         * Gives the result of an execution of a `client` tool that waits for its client. The first result counts; a second one
         *     changes nothing. Whoever asked may answer, and so may operators.
         */
        post: operations["give_execution_result"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/executions/{id}/settle": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Settles an execution whose outcome is unknown; the same call is then no longer held. */
        post: operations["settle_execution"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/executions/live": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Watches executions over a WebSocket: one JSON text a frame. A browser is known by its session cookie, which counts
         *     only with the server's own `Origin`; others send `X-Token` or `Authorization: Bearer`.
         */
        get: operations["watch_executions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A bundle of the named tools and agents, or of everything. It holds no secret and no credential. */
        get: operations["export_bundle"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/export/tools": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Tools in another form, by name. What the form cannot hold of a tool is listed beside it. */
        get: operations["export_tools"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/features": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Every feature that is known, and how it stands. */
        get: operations["list_features"];
        /** Sets features, each to a share of 0 (off) to 100 (on), or with `null` back to what holds for all. Others stay. */
        put: operations["put_features"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/hooks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The organization's hooks, newest first, without their secrets. */
        get: operations["list_hooks"];
        put?: never;
        /**
         * Makes a hook. Its secret is in the answer and nowhere else. What it starts is done with your rights, as they are then;
         *     of a token with scopes it has `tools:call` and `agents:run`, as far as the token has them.
         */
        post: operations["create_hook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/hooks/{hook}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One hook. */
        get: operations["get_hook"];
        /** Brings a hook to this state; from then on it acts with your rights. Its platform and its secret stay. */
        put: operations["put_hook"];
        post?: never;
        /** Removes a hook. What it started goes on. */
        delete: operations["delete_hook"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/hooks/{hook}/deliveries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What came to a hook lately, newest first: at most the last 500 requests, for a week. */
        get: operations["list_hook_deliveries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/hooks/{hook}/rotate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Gives a hook another secret. The one before is good for nothing from then on. */
        post: operations["rotate_hook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/imports": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The tools that were imported, with where each came from. */
        get: operations["list_imports"];
        put?: never;
        /**
         * Imports: makes new tools and brings imported ones up to date. What was changed here since stays, and where the
         *     source changed the same field that is a conflict: `take` decides. A tool whose operation is gone is reported and
         *     stays. Bodies may have 16 MiB.
         */
        post: operations["apply_import"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/imports/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * What importing would do: the tools with their costs, warnings and differences. Nothing is saved. Bodies may have
         *     16 MiB.
         */
        post: operations["preview_import"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/invitations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The invitations that were not taken up, oldest first; expired ones too. */
        get: operations["list_invitations"];
        put?: never;
        /** Invite an e-mail address. Send the text in the answer there; it is good for seven days. */
        post: operations["create_invitation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/invitations/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Withdraw an invitation. */
        delete: operations["delete_invitation"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/invitations/accept": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Take an invitation up: makes the account, or joins with the one that the address has. Then sign in. */
        post: operations["accept_invitation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/jobs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The organization's jobs, newest first. */
        get: operations["list_jobs"];
        put?: never;
        /**
         * Calls a tool in the background, now or later. What may be tried again is tried again with growing pauses; what
         *     failed too often is laid aside (`dead`), to be looked at and tried again by hand.
         * @description With an `Idempotency-Key` there is one job however often this is sent.
         */
        post: operations["create_job"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/jobs/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One job: your own, or with the right to read anybody's. */
        get: operations["get_job"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/jobs/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Stops a job: your own, or as an operator anybody's. One that carries a run stops the run. */
        post: operations["cancel_job"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/jobs/{id}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Tries a job again that was laid aside (`dead`). A run goes on where it was: what its tools have done is not done
         *     again.
         */
        post: operations["retry_job"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/library": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Public tools of other organizations, by name. */
        get: operations["list_library"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/library/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One public tool of another organization, as a copy gets it: with the names of its secrets and without credentials. */
        get: operations["get_library_tool"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/library/{id}/install": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Takes a copy of a public tool. Where it came from is kept with it. */
        post: operations["install_library_tool"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/library/installed": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The organization's tools that came from the library, a template, a bundle or an agent's settings, oldest first. */
        get: operations["list_installed"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/library/installed/{id}/update": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Brings a copy up to date with its source. Edits that were made to the copy stay. */
        post: operations["update_installed"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/limits": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The limits of the organization, or of one of its agents. They hold beside those of each tool. */
        get: operations["get_limits"];
        /** Replaces the limits of the organization, or of one of its agents. An empty object takes them away. */
        put: operations["set_limits"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/mcp-servers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The organization's MCP servers, by name. Credentials are names of secrets. */
        get: operations["list_mcp_servers"];
        put?: never;
        /**
         * Registers an MCP server and asks it what it offers. Where `url` itself does not speak MCP, `{url}/mcp` is tried. A server
         *     that cannot be asked is registered all the same; `found.error` tells why. None of its tools can be called before it
         *     was adopted.
         */
        post: operations["create_mcp_server"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/mcp-servers/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One MCP server. */
        get: operations["get_mcp_server"];
        put?: never;
        post?: never;
        /** Removes an MCP server, and the key that came with it. Tools that were adopted from it stay; their calls are refused. */
        delete: operations["delete_mcp_server"];
        options?: never;
        head?: never;
        /** Changes an MCP server. Its sessions are closed, and it is asked again what it offers. */
        patch: operations["update_mcp_server"];
        trace?: never;
    };
    "/api/v1/mcp-servers/{name}/authorize": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Prepares a sign-in at the authorization server of an MCP server whose `auth` is of the type `authorization_code`. Open
         *     `authorize_url` in a browser; it comes back to this server. In a browser that has a session of the same person that is
         *     all; otherwise the last page shows a code for `…/authorize/confirm`. How it stands is told in `found.authorization`.
         */
        post: operations["authorize_mcp_server"];
        /** Gives an MCP server's tokens back where its authorization server takes them (RFC 7009), and forgets them. */
        delete: operations["disconnect_mcp_server"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/mcp-servers/{name}/authorize/confirm": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Hands in the code of the page that a sign-in ended with. Only who began it may. */
        post: operations["confirm_mcp_server_authorization"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/mcp-servers/{name}/refresh": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Asks an MCP server what it offers now; that it cannot be asked is told in `server.found.error`. Adopted tools whose definition has changed are not called any more until somebody
         *     accepts the change.
         */
        post: operations["refresh_mcp_server"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/mcp-servers/{name}/tools": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What an MCP server offers, by name, and how each tool stands: `available`, `adopted`, `quarantined` (its definition has
         *     changed since it was agreed to) or `gone`.
         */
        get: operations["list_mcp_server_tools"];
        put?: never;
        /**
         * Makes tools of ours of tools of an MCP server, under the same names or others. What each does to the world follows from
         *     the server's hints unless it is said.
         */
        post: operations["adopt_mcp_server_tools"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/mcp-servers/{name}/tools/{tool}/accept": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Accepts the definition that an MCP server shows of a tool now: each of our tools that stands for it gets a new revision
         *     and can be called again. With `dry_run` only the difference is shown.
         */
        post: operations["accept_mcp_server_tool"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who one is. */
        get: operations["get_me"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/members": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The members, oldest user first. */
        get: operations["list_members"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/members/{user_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Give a member another role. An admin cannot change an owner, and there is always an owner left. */
        put: operations["set_member_role"];
        post?: never;
        /** Remove a member, with their tokens and grants here. */
        delete: operations["remove_member"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/model-providers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The model providers that the organization can use, by name: its own, and those of the server's environment. Names of
         *     secrets and options are shown to those who may set them.
         */
        get: operations["list_model_providers"];
        put?: never;
        /** Makes a model provider. A name that is taken is a conflict. */
        post: operations["create_model_provider"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/model-providers/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One model provider. */
        get: operations["get_model_provider"];
        /** Brings a model provider to this state. One of the environment can only be read: that is a conflict. */
        put: operations["put_model_provider"];
        post?: never;
        /** Removes a model provider. Its secret stays. */
        delete: operations["delete_model_provider"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/model-providers/{name}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Asks a model provider something small, with its key. This is a real request that the provider may bill. */
        post: operations["test_model_provider"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/offer/definitions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The three functions `search_tools`, `describe_tool` and `call_tool` in the form that a model wants. A runtime answers
         *     the first two with `/api/v1/offer/search` and `/api/v1/offer/describe`, the third with a call of the tool named in it.
         */
        get: operations["define_offer"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/offer/describe": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** How a tool is called: what it does, and the schema of its arguments. Of a name that is not there the nearest are told. */
        post: operations["describe_tool"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/offer/search": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** The tools that fit a wish, the best first, each in one line. */
        post: operations["search_tools"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/organization": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The organization. */
        get: operations["get_organization"];
        put?: never;
        post?: never;
        /** Delete it with everything in it, for good. */
        delete: operations["delete_organization"];
        options?: never;
        head?: never;
        /** Rename it. */
        patch: operations["rename_organization"];
        trace?: never;
    };
    "/api/v1/organization/publishing": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What the organization demands before a tool is made public or destructive. */
        get: operations["get_publishing"];
        /** Sets it. `four_eyes: false` after `true` takes an owner. */
        put: operations["set_publishing"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/organization/transfer": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Make another member the owner. One is an admin afterwards. */
        post: operations["transfer_organization"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Set one's own password. All other sessions and short-lived tokens of one's own end. */
        put: operations["change_password"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/proposals": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Changes that wait for somebody, or waited, newest first. */
        get: operations["list_proposals"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/proposals/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One proposal, with what it would change. */
        get: operations["get_proposal"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/proposals/{id}/approve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Agrees to a proposal and carries it out; not for who made it. When the tool was changed meanwhile it is a conflict,
         *     and the proposal is `stale`.
         */
        post: operations["approve_proposal"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/proposals/{id}/reject": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Refuses a proposal; not for who made it, who can withdraw it. */
        post: operations["reject_proposal"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/proposals/{id}/withdraw": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Takes one's own proposal back. */
        post: operations["withdraw_proposal"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/runs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The organization's runs, newest first. */
        get: operations["list_runs"];
        put?: never;
        /**
         * Begins a run of an agent. It is durable when this answers, and goes on whatever becomes of this server.
         * @description With an `Idempotency-Key` there is one run however often this is sent. With `Accept: text/event-stream` the answer
         *     is the stream of the run's events, as `GET /api/v1/runs/{id}/events` gives it.
         */
        post: operations["start_run"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/runs/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One run: your own, or with the right to read anybody's. */
        get: operations["get_run"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/runs/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Stops a run, whatever it is at: your own, or as an operator anybody's. What a tool has begun by then is carried out
         *     and recorded. A run on another server may still be `running` in the answer; it stops within a second.
         */
        post: operations["cancel_run"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/runs/{id}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A run while it happens: first what it has said so far, then what follows, until it ends.
         * @description The events are `run` (where it stands), `message` (each once, in order, with its place in the thread as the event's
         *     id), `step` and `delta` (words of an answer that is being written; the whole follows as a message). A client that
         *     comes back says in `Last-Event-ID` which message it saw last, and misses none. A stream that ends before a `run`
         *     event with a final state was cut off: open it again. What is said (`message`, `delta`) is told to whose thread it is and
         *     to administrators; others are told how the run goes on. The stream ends when the token does.
         */
        get: operations["watch_run"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/runs/{id}/steps": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a run did, in order: each answer of the model, then the tools that it called, with their executions. */
        get: operations["list_run_steps"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/runs/{run}/feedback": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Says what you think of a run. Said again, it takes the place of what you said before. An agent with
         *     `learning_enabled` is told your comments and corrections in your own later runs.
         */
        post: operations["give_feedback"];
        /** Forgets what you said of a run. Later runs learn nothing from it any more. */
        delete: operations["delete_feedback"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/schedules": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The organization's schedules, by name, each with when it comes next and how it went last. */
        get: operations["list_schedules"];
        put?: never;
        /**
         * Makes a schedule: a run of an agent, or a call of a tool, that the clock starts. It is done with your rights as they
         *     are then, so a token with scopes also needs the one to run agents or to call tools. What was missed while no server
         *     was there is made up for once.
         */
        post: operations["create_schedule"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/schedules/{schedule}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One schedule. */
        get: operations["get_schedule"];
        /** Brings a schedule to this state; from then on it does what it does with your rights. */
        put: operations["put_schedule"];
        post?: never;
        /** Removes a schedule. What it started goes on. */
        delete: operations["delete_schedule"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/schedules/{schedule}/run": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Starts what a schedule starts, now and once, with your own rights. Its times stay as they are. A token with scopes
         *     needs `agents:run` for a run, `tools:call` for a call.
         */
        post: operations["run_schedule"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/secrets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The names of the secrets, without their values. */
        get: operations["list_secrets"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/secrets/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Set a secret, over an earlier one of that name. Tools refer to it as `${NAME}`. */
        put: operations["set_secret"];
        post?: never;
        /** Delete a secret. Tools that refer to it fail from now on. */
        delete: operations["delete_secret"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/session": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The session at hand, with its CSRF token: for a page that was loaded anew. */
        get: operations["get_session"];
        put?: never;
        /** Sign in. The answer sets the cookie `callwright_session`. */
        post: operations["sign_in"];
        /** Sign out: the session ends and its cookie is taken back. */
        delete: operations["sign_out"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/suggestions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What could be better about the organization's tools, by name. Tools about which there is nothing to say are left
         *     out, so a page may have fewer items than asked for.
         */
        get: operations["list_suggestions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/suggestions/parameters": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Guesses the parameters and the configuration of a tool from one request. Nothing is sent and nothing is kept. */
        post: operations["guess_parameters"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/suggestions/unmatched": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Tools that were called and do not exist, by name, each with the tools that may have been meant. */
        get: operations["list_unmatched_calls"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/templates": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The templates of the program by id, then those of the organization by name. */
        get: operations["list_templates"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/templates/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One template. */
        get: operations["get_template"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/templates/{id}/clone": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Makes a tool of a template. Secrets that it names may be set later; `missing_secrets` says which. */
        post: operations["clone_template"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/threads": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The organization's threads, newest first. */
        get: operations["list_threads"];
        put?: never;
        /**
         * Begins a thread. A run without a thread begins one by itself; this is for one with a title, with variables, or with
         *     what was said elsewhere before.
         */
        post: operations["create_thread"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/threads/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One thread: your own, or with the right to read anybody's. */
        get: operations["get_thread"];
        put?: never;
        post?: never;
        /** Deletes a thread with its messages, unless a run is at work on it. Its runs stay in the list. */
        delete: operations["delete_thread"];
        options?: never;
        head?: never;
        /** Changes what a thread is called, and its variables. What was said stays as it is. */
        patch: operations["update_thread"];
        trace?: never;
    };
    "/api/v1/threads/{id}/messages": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What was said on a thread, oldest first: what the model has seen of it, word for word. For whose thread it
         *     is, and for administrators.
         */
        get: operations["list_messages"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The tokens and sessions that were not revoked, oldest first. Their texts are not shown. */
        get: operations["list_tokens"];
        put?: never;
        /** Make a token. Its text is in the answer and nowhere else. */
        post: operations["create_token"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tokens/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Revoke a token or session: one's own, or anybody's with the right `govern`. It ends at once. */
        delete: operations["revoke_token"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tools": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The organization's tools, by name. */
        get: operations["list_tools"];
        put?: never;
        /** Makes a tool. A name that is taken is a conflict; to make or change, use PUT. */
        post: operations["create_tool"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tools/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One tool. */
        get: operations["get_tool"];
        /** Makes the tool, or brings it to this state. Saying the same again changes nothing and makes no revision. */
        put: operations["put_tool"];
        post?: never;
        /** Takes a tool out of use. Its history and its executions stay in the log. */
        delete: operations["delete_tool"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tools/{name}/call": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Calls a tool. A tool that failed is an answer like any other: look at `success`. With an `Idempotency-Key` one
         *     effect happens however often this is sent, and every one of the requests is given the same outcome.
         * @description With `Accept: text/event-stream` the answer comes as the last of a stream of events: `started`, `progress` and
         *     `speech` while it runs, then `answer` (or `error`).
         */
        post: operations["call_tool"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tools/{name}/cases": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The test cases of a tool, by name, each with how it went when it was last run. */
        get: operations["list_cases"];
        put?: never;
        /** Saves a test case with a tool. A name that is taken is a conflict; to make or change, use PUT. */
        post: operations["create_case"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tools/{name}/cases/{case}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A test case, with how it went when it was last run. */
        get: operations["get_case"];
        /** Makes the test case, or brings it to this state. */
        put: operations["put_case"];
        post?: never;
        /** Deletes a test case. The executions that it made stay in the log. */
        delete: operations["delete_case"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tools/{name}/cases/run": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Runs a tool's test cases, all or some, saved or not, on the tool as it is or on a draft. Four run at a time, for
         *     five minutes at most. A case that failed is an answer like any other: look at `failed` and `errors`.
         */
        post: operations["run_cases"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tools/{name}/diff": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What differs between two states of a tool. */
        get: operations["diff_tool"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tools/{name}/draft": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The draft of a tool, and what it would change. */
        get: operations["get_tool_draft"];
        /** Begins a draft, or saves it again. It remembers the revision that it was begun from; calls and models do not see it. */
        put: operations["put_tool_draft"];
        post?: never;
        /** Throws the draft away. */
        delete: operations["delete_tool_draft"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tools/{name}/draft/publish": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Makes the draft the live state, as a new revision. When somebody changed the tool since the draft was begun it is a
         *     conflict, and `details.diff` says what they changed.
         */
        post: operations["publish_tool_draft"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tools/{name}/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A tool in another form. What the form cannot hold is listed beside it. */
        get: operations["export_tool"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tools/{name}/grants": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The users with whom a tool is shared. With `is_shared` everybody may call it, whoever stands here. */
        get: operations["list_tool_grants"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tools/{name}/grants/{user_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Shares a tool with a member. Its maker and administrators may do that. */
        put: operations["grant_tool"];
        post?: never;
        /** Takes a share back. */
        delete: operations["revoke_tool_grant"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tools/{name}/limits": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How a tool stands with its limits now, as the caller would meet them: calls left, places taken, breakers, cache.
         *     Places and breakers are those of the server that answers.
         */
        get: operations["get_tool_limits"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tools/{name}/rollback": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Brings a tool back to an earlier state, as a new revision. */
        post: operations["roll_tool_back"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tools/{name}/suggestions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What could be better about one tool, what its log says included. */
        get: operations["tool_suggestions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tools/{name}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Tries a tool out, with real effects. Whoever tests is the person who would be asked to confirm. A tool that failed is
         *     an answer like any other: look at `success`.
         */
        post: operations["test_tool"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tools/{name}/usage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How a tool has been used. */
        get: operations["get_tool_usage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tools/{name}/versions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Every state that a tool has been in, newest first. */
        get: operations["list_tool_versions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tools/{name}/versions/{revision}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One state that a tool has been in. */
        get: operations["get_tool_version"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tools/definitions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The tools in the form that a model wants. What a provider cannot express is left out and named in a warning. */
        get: operations["define_tools"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workflows": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The organization's workflows, by name. */
        get: operations["list_workflows"];
        put?: never;
        /**
         * Makes a workflow: `flow_type` and `agents`, or `steps`. A name that is taken is a conflict; a step that names what is
         *     not there, or comes later, is refused with its place.
         */
        post: operations["create_workflow"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workflows/{workflow}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One workflow. */
        get: operations["get_workflow"];
        /**
         * Makes the workflow of that name, or brings it to this state. Runs under way go on as they began. With `revision`
         *     nothing is done when somebody else has changed it since: a conflict.
         */
        put: operations["put_workflow"];
        post?: never;
        /** Deletes a workflow. Its runs stay in the log, and those under way go on. */
        delete: operations["delete_workflow"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workflows/{workflow}/runs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Begins a run of this workflow. It is durable when this answers, and goes on whatever becomes of this server.
         * @description With an `Idempotency-Key` there is one run however often this is sent. With `Accept: text/event-stream` the answer
         *     is the stream of the run's events, as `GET /api/v1/runs/{id}/events` gives it.
         */
        post: operations["run_workflow"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/approvals/{ticket}/{secret}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The page behind a signed link: what is asked, and two buttons. It decides nothing by itself. */
        get: operations["show_approval_link"];
        put?: never;
        /** Decides by a signed link, which is good for one decision. Takes JSON, or the form of the page. */
        post: operations["decide_by_link"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/callbacks/{ticket}/{secret}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Takes the result of an execution from its upstream. The address is given out with the request and good for one
         *     result; a second one changes nothing. JSON is taken as JSON, anything else as text.
         */
        post: operations["callback"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/healthz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The process is up. Says nothing about the database. */
        get: operations["health"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/hooks/{slug}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Starts what a hook is for: a tool, an agent or a workflow. The secret is sent as `Authorization: Bearer`, or the body
         *     is signed, as the hook's maker says. The answer has the result when there is one within the hook's wait; else it is 202
         *     and says where to ask. Where `webhook_response_url` is given, the outcome is sent there in any case.
         * @description With `idempotency_key` (or `Idempotency-Key`, or `webhook-id` where that is signed) it acts once, however often it is
         *     sent. The same signed bytes act once in any case; beside a signature the header counts for nothing, and is refused.
         */
        post: operations["use_hook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/hooks/{slug}/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How something stands that a hook started. The address is given out with the answer and good for a day. */
        get: operations["hook_status"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The figures of this process, in Prometheus's text form. */
        get: operations["metrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/oauth/callback": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Where people come back to who signed in at an authorization server. What they come back with is good once. A browser
         *     without a session of whoever began it is shown a code, to be handed in where it was begun.
         */
        get: operations["oauth_callback"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/oauth/client-metadata.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Who we are, for authorization servers that take the address of such a document for a client's id. Only where this server
         *     has an `https` address.
         */
        get: operations["oauth_client_metadata"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/openapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** This document. */
        get: operations["openapi"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/readyz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The server can do its work: the database answers, and it is not stopping. */
        get: operations["readiness"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/retell/tools/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The same for a function whose method is GET: the arguments are in the query. */
        get: operations["retell_tool_by_get"];
        put?: never;
        /**
         * Calls a tool for a Retell agent. The body is `{name, call, args}`, or the arguments themselves; the answer is the
         *     result, at most 15,000 characters of JSON or text. Give `?hook=` in the address for Retell's signature, or a token of
         *     this server as a header of the function.
         */
        post: operations["retell_tool"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/token/get_token": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A short-lived token, for address and password or for a token that is valid. */
        post: operations["get_token"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/convai/conversation": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Begins a conversation with an agent over a WebSocket, in the protocol of ElevenLabs' clients, text only; or goes on
         *     with one. A public agent talks to anybody; any other needs a signed address or a token.
         */
        get: operations["converse"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/convai/conversation/get-signed-url": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * An address at which one conversation with an agent may be begun without a token, within 15 minutes. Whoever has it
         *     talks with the rights of the token that asked for it, as long as that one is good.
         */
        get: operations["get_signed_url"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/convai/conversation/token": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Refuses what a voice client over WebRTC asks for: this server talks over WebSockets. */
        get: operations["get_webrtc_token"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/vapi/agents/{agent}/tools": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** The same for the tools of this agent, as they are assigned to it. */
        post: operations["vapi_tools_of_agent"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/vapi/tools": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Carries out the tool calls of a Vapi assistant. Say who you are with a token of this server, with the secret of a hook
         *     for Vapi (`Authorization: Bearer` or `X-Vapi-Secret`), or with Vapi's HMAC signature and `?hook=` in the address.
         *     Messages of other kinds are answered with an empty object.
         */
        post: operations["vapi_tools"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description What is accepted. */
        Accept: {
            /**
             * @description Only show what has changed.
             * @default false
             */
            dry_run?: boolean;
            /**
             * @description The hash of the definition that was looked at. If it has changed once more since, that is a conflict.
             * @default null
             */
            hash?: string | null;
        };
        /** @description A changed definition, and what it changes of our tools. */
        Accepted: {
            /** @description What differs between the definition that was agreed to and the one that is shown now. */
            diff: components["schemas"]["Change"][];
            /** @description The hash of its definition now. */
            hash: string;
            /** @description The tool's name there. */
            tool: string;
            /** @description Our tools that stand for it, as they are now or would be. */
            tools: components["schemas"]["Upserted"][];
        };
        /** @description An invitation that is taken up. */
        AcceptInvitation: {
            /** @description One's name; not needed by who has an account already. */
            name?: string | null;
            /**
             * Format: password
             * @description A new password, or that of the account one has already.
             */
            password: string;
            /** @description The text of the invitation. */
            token: string;
        };
        /**
         * @description What a save did, or would do.
         * @enum {string}
         */
        Action: "created" | "updated" | "unchanged" | "proposed";
        /** @description Which tools of a server become tools of ours. */
        Adopt: {
            /**
             * @description All that it offers.
             * @default false
             */
            all?: boolean;
            /**
             * @description Only say what would become of them.
             * @default false
             */
            dry_run?: boolean;
            /**
             * @description Put before the names that are not said, for example `crm_`.
             * @default null
             */
            prefix?: string | null;
            /**
             * @description These.
             * @default []
             */
            tools?: components["schemas"]["AdoptOne"][];
        };
        /** @description What became of a tool. */
        Adopted: {
            action?: components["schemas"]["Action"] | null;
            /** @description What it does to the world. */
            effect: components["schemas"]["Effect"];
            /** @description Why it was not taken over. */
            error?: string | null;
            /** @description Our name for it. */
            name: string;
            /** @description Its name there. */
            tool: string;
            tool_id?: components["schemas"]["tool_id"] | null;
            /** @description What works but may surprise. */
            warnings: string[];
        };
        /** @description What became of the tools that were to be taken over. */
        AdoptedTools: {
            /** @description One entry for each, in the order of the request. */
            tools: components["schemas"]["Adopted"][];
        };
        /** @description A tool of a server that becomes a tool of ours. */
        AdoptOne: {
            /** @description What the model is told; the server's words when absent. */
            description?: string | null;
            effect?: components["schemas"]["Effect"] | null;
            /** @description Our name for it; its own when absent, with what no model provider takes replaced by `_`. */
            name?: string | null;
            /** @description Its name there. */
            tool: string;
        };
        /** @description Instructions, model and tools under one name. */
        Agent: components["schemas"]["AgentProfile"] & {
            /** @description When it was made. */
            created_at: components["schemas"]["Timestamp"];
            /** @description What it is for. */
            description?: string;
            /** @description Its id. */
            id: components["schemas"]["asst_id"];
            /** @description The system instructions. */
            instructions?: string;
            /** @description The model it uses, for example `gpt-5-mini`. */
            model?: string;
            /** @description A name, unique in the organization. */
            name: string;
            /** @description The organization it belongs to. */
            organization_id: components["schemas"]["org_id"];
            tools_settings?: components["schemas"]["ToolsSettings"] | null;
            /** @description When it last changed. */
            updated_at: components["schemas"]["Timestamp"];
            /** @description Who made it. */
            user_id: components["schemas"]["user_id"];
        };
        /** @description An agent that is called as one tool. */
        AgentConfig: {
            /** @description The agent's name or id. */
            agent: string;
            /** @description What is said to it, a template. Without it: the argument `message` if it is a text, else all arguments as JSON. */
            input?: string | null;
        };
        /** @description Instructions that an agent's model proposed from feedback. They are not the agent's until a person accepts them. */
        AgentDraft: {
            /** @description The agent. */
            agent_id: components["schemas"]["asst_id"];
            /** @description The agent's instructions when it was proposed. */
            base: string;
            /** @description When it was proposed. */
            created_at: components["schemas"]["Timestamp"];
            decided_at?: components["schemas"]["Timestamp"] | null;
            decided_by?: components["schemas"]["user_id"] | null;
            /** @description The feedback that it was made from. */
            feedback: components["schemas"]["fb_id"][];
            /** @description Its id. */
            id: components["schemas"]["draft_id"];
            /** @description What is proposed instead. */
            instructions: string;
            /** @description The model that proposed it. */
            model: string;
            /** @description The organization it belongs to. */
            organization_id: components["schemas"]["org_id"];
            /** @description Why, as the model says. */
            reasoning: string;
            /** @description Where it stands. */
            state: components["schemas"]["AgentDraftState"];
            /** @description Who asked for it. */
            user_id: components["schemas"]["user_id"];
        };
        /**
         * @description Where a draft stands.
         * @enum {string}
         */
        AgentDraftState: "open" | "accepted" | "rejected";
        /** @description A draft with what it would change. */
        AgentDraftView: {
            /** @description What it changes of the instructions it was made from, as a unified diff. */
            diff: string;
            /** @description The draft. */
            draft: components["schemas"]["AgentDraft"];
            /** @description Whether the agent's instructions were changed since: then it cannot be accepted. */
            is_outdated: boolean;
        };
        /** @description Several agents of one trade with the tools that they need. */
        AgentPack: {
            /** @description Its agents. */
            agents: components["schemas"]["AgentTemplate"][];
            /** @description What it is for. */
            description: string;
            /** @description Its slug. */
            id: string;
            /** @description What people call it. */
            name: string;
            /** @description The tools that it brings. */
            tools: components["schemas"]["PackTool"][];
        };
        /** @description How an agent works, besides its instructions and its model. */
        AgentProfile: {
            /**
             * @description The template, or the other agent, that it was made from.
             * @default null
             */
            base_template?: string | null;
            /**
             * @description What it says first in a conversation; `{{ name }}` stands for a dynamic variable.
             * @default null
             */
            first_message?: string | null;
            /**
             * @description Whether everybody in the organization who may run agents may run it.
             * @default false
             */
            is_shared?: boolean;
            /**
             * @description The language in which it speaks, such as `en` or `pt-BR`.
             * @default null
             */
            language?: string | null;
            /**
             * @description Whether what a user liked or corrected in its runs is brought into that user's later ones.
             * @default false
             */
            learning_enabled?: boolean;
            /**
             * @description How far its runs may go.
             * @default {
             *       "max_steps": 25,
             *       "timeout_s": 86400
             *     }
             */
            limits?: components["schemas"]["RunLimits"];
            /**
             * Format: int32
             * @description The most tokens of one answer of the model, 1 to 1,000,000.
             * @default null
             */
            max_output_tokens?: number | null;
            /** @description What its author wants kept with it, at most 64 KiB. The scripted model reads its `script`. */
            metadata?: Record<string, unknown>;
            /**
             * @description What a client of a conversation may set for itself.
             * @default []
             */
            overrides?: components["schemas"]["Overridden"][];
            /**
             * @description Whether anybody may talk to it over a conversation socket, without a token. Set by an administrator.
             * @default false
             */
            public?: boolean;
            /**
             * Format: double
             * @description How freely the model writes, 0 to 2; absent, as the provider likes.
             * @default null
             */
            temperature?: number | null;
            /**
             * Format: int32
             * @description With `tool_offer: auto`, how many tokens the list of its tools may take before they are offered by search.
             * @default null
             */
            tool_budget?: number | null;
            /**
             * @description How its model is offered its tools.
             * @default all
             */
            tool_offer?: components["schemas"]["ToolOffer"];
        };
        /** @description When another agent takes over. */
        AgentRule: {
            /** @description The agent, by id or name. */
            agent_id: string;
            /** @description When, in words for the model. */
            condition: string;
            /** @description Whether the other agent speaks first; else it answers what the person said last. */
            enable_first_message?: boolean;
            /** @description Whether it is given what was said so far; else only what the person said last. */
            pass_context?: boolean;
            /** @description Said before the transfer. */
            transfer_message?: string | null;
        };
        /** @description With whom to share an agent. */
        AgentSharing: {
            /** @description False takes the share back. */
            grant_access?: boolean;
            /** @description The members. */
            user_ids: components["schemas"]["user_id"][];
        };
        /** @description An agent as its author writes it. */
        AgentSpec: {
            /** @description The template, or the other agent, that it was made from. */
            base_template?: string | null;
            /** @description What it is for. */
            description?: string;
            /** @description What it says first in a conversation, at most 4,000 characters; `{{ name }}` stands for a dynamic variable. */
            first_message?: string | null;
            /** @description The system instructions, at most 65,536 characters. */
            instructions?: string;
            /**
             * @description Whether everybody in the organization who may run agents may run it; true unless said otherwise. One that is not
             *     shared is run, and changed, by whoever made it, by those it was shared with by name, and by administrators. An
             *     agent that is there and of which this is not said stays as it is.
             */
            is_shared?: boolean | null;
            /** @description The language in which it speaks, such as `en` or `pt-BR`. */
            language?: string | null;
            /** @description Whether what a user liked or corrected in its runs is brought into that user's later ones. */
            learning_enabled?: boolean;
            /** @description How far its runs may go. */
            limits?: components["schemas"]["RunLimits"];
            /**
             * Format: int32
             * @description The most tokens of one answer of the model, 1 to 1,000,000.
             */
            max_output_tokens?: number | null;
            /** @description What its author wants kept with it, at most 64 KiB. The scripted model reads its `script`. */
            metadata?: Record<string, unknown>;
            /** @description The model it uses, for example `gpt-5-mini`. */
            model?: string;
            /** @description Unique in the organization, 1 to 100 characters. */
            name: string;
            /** @description What a client of a conversation may set for itself. */
            overrides?: components["schemas"]["Overridden"][];
            /** @description Whether anybody may talk to it over a conversation socket, without a token. Only an administrator may say so. */
            public?: boolean;
            /**
             * Format: double
             * @description How freely the model writes, 0 to 2; absent, as the provider likes.
             */
            temperature?: number | null;
            /**
             * Format: int32
             * @description With `tool_offer: auto`, how many tokens the list of its tools may take before they are offered by search: 100
             *     to 1,000,000, 8,000 when absent.
             */
            tool_budget?: number | null;
            /** @description How its model is offered its tools: `all`, by `search`, or `auto`, which is by search once they are many. */
            tool_offer?: components["schemas"]["ToolOffer"];
            tools_settings?: components["schemas"]["ToolsSettings"] | null;
        };
        /** @description An agent to begin with. */
        AgentTemplate: {
            /** @description The tools that it works with, by name. */
            default_tools: string[];
            /** @description What it is for. */
            description: string;
            /** @description The template that it extends. */
            extends?: string | null;
            /** @description Its slug. */
            id: string;
            /** @description The system instructions, those of what it extends included. */
            instructions: string;
            /** @description The model it was written for. */
            model: string;
            /** @description What people call it. */
            name: string;
            /** @description The part it plays. */
            role: string;
            /** @description Tool templates of the library that are worth adding. */
            suggested_tools: string[];
            /**
             * Format: double
             * @description How freely the model chooses its words, 0 to 2.
             */
            temperature: number;
            /** @description What it is good at. */
            use_cases: string[];
        };
        alert_id: string;
        /** @description Where a rule stands between two looks. Times are by the database's clock. */
        AlertProgress: {
            /** @default null */
            calm_since?: components["schemas"]["Timestamp"] | null;
            /** @default null */
            incident_id?: components["schemas"]["inc_id"] | null;
            /**
             * @description Whether somebody was told of what it has raised.
             * @default false
             */
            is_told?: boolean;
            /** @default null */
            looked_at?: components["schemas"]["Timestamp"] | null;
            /** @default null */
            notified_at?: components["schemas"]["Timestamp"] | null;
            /** @default null */
            since?: components["schemas"]["Timestamp"] | null;
            /**
             * @description Where it stands.
             * @default ok
             */
            state?: components["schemas"]["RuleState"];
            /**
             * Format: double
             * @description The value at the last look; nothing when there was too little to go by.
             * @default null
             */
            value?: number | null;
        };
        /** @description An alert rule as it is kept: the author's form, and where it stands. */
        AlertRule: {
            /** @description What is watched. */
            condition: components["schemas"]["Condition"];
            /** @description When it was made. */
            created_at: components["schemas"]["Timestamp"];
            /** @description Who made it. */
            created_by: components["schemas"]["user_id"];
            /** @description What it is for and what to do when it fires, at most 2,000 characters. It is part of the notification. */
            description?: string;
            /** @description Whether it is looked at. */
            enabled?: boolean;
            /**
             * Format: int32
             * @description How long the condition must hold before it fires, in seconds; at most a day.
             */
            for_s?: number;
            /** @description Its id. */
            id: components["schemas"]["alert_id"];
            /** @description Unique in the organization, 1 to 100 characters. */
            name: string;
            /** @description Who is told; at most 5. */
            notify?: components["schemas"]["Target"][];
            /** @description The organization it belongs to. */
            organization_id: components["schemas"]["org_id"];
            /** @description Where it stands. */
            progress: components["schemas"]["AlertProgress"];
            /**
             * Format: int32
             * @description No second notification within this many seconds, and a reminder each time they have passed while it goes on.
             *     0: no reminders.
             */
            repeat_after_s?: number;
            /**
             * Format: double
             * @description Below this it may be calm again, in the condition's own unit. The condition's threshold when absent.
             */
            resolve_below?: number | null;
            /**
             * Format: int32
             * @description How long it must have been below that, in seconds; at most a day.
             */
            resolve_for_s?: number;
            /** @description Whose executions are watched; the organization's when empty. */
            scope?: components["schemas"]["AlertScope"];
            /** @description How bad it is, for whoever sorts the notifications. */
            severity?: components["schemas"]["Severity"];
            /** @description When it last changed. */
            updated_at: components["schemas"]["Timestamp"];
        };
        /** @description A rule as its author writes it. */
        AlertRuleSpec: {
            /** @description What is watched. */
            condition: components["schemas"]["Condition"];
            /** @description What it is for and what to do when it fires, at most 2,000 characters. It is part of the notification. */
            description?: string;
            /** @description Whether it is looked at. */
            enabled?: boolean;
            /**
             * Format: int32
             * @description How long the condition must hold before it fires, in seconds; at most a day.
             */
            for_s?: number;
            /** @description Unique in the organization, 1 to 100 characters. */
            name: string;
            /** @description Who is told; at most 5. */
            notify?: components["schemas"]["Target"][];
            /**
             * Format: int32
             * @description No second notification within this many seconds, and a reminder each time they have passed while it goes on.
             *     0: no reminders.
             */
            repeat_after_s?: number;
            /**
             * Format: double
             * @description Below this it may be calm again, in the condition's own unit. The condition's threshold when absent.
             */
            resolve_below?: number | null;
            /**
             * Format: int32
             * @description How long it must have been below that, in seconds; at most a day.
             */
            resolve_for_s?: number;
            /** @description Whose executions are watched; the organization's when empty. */
            scope?: components["schemas"]["AlertScope"];
            /** @description How bad it is, for whoever sorts the notifications. */
            severity?: components["schemas"]["Severity"];
        };
        /** @description Whose executions are watched. Both: the tool as called through the agent. */
        AlertScope: {
            /** @description Through this agent: its name or id. */
            agent?: string | null;
            /** @description Of this tool: its name or id. */
            tool?: string | null;
        };
        /** @description A change of a tool with the agents that it reaches. */
        Announcement: components["schemas"]["ToolChange"] & {
            /** @description The agents, at most a thousand. */
            agents: components["schemas"]["Reached"][];
        };
        /** @description Agreement, or agreement to something else. */
        Approve: {
            /** @description Other arguments than those that were asked for (without bound ones). What others agreed to before is then void. */
            arguments?: Record<string, unknown> | null;
            /**
             * @description Why, for the audit log and the model.
             * @default null
             */
            note?: string | null;
            /**
             * Format: int64
             * @description The ticket's `revised` that you have seen; another one is a conflict. Must be given once the arguments were changed.
             * @default null
             */
            revised?: number | null;
        };
        /** @description A tool of an agent. */
        AssignedTool: {
            /** @description How the agent has it. */
            assignment: components["schemas"]["Assignment"];
            /** @description The tool in the state that the agent has, without the overrides. */
            tool: components["schemas"]["Tool"];
        };
        /** @description A tool as one agent has it. */
        Assignment: {
            /** @description The agent. */
            agent_id: components["schemas"]["asst_id"];
            /** @description When it was made. */
            created_at: components["schemas"]["Timestamp"];
            /** @description Whether the agent may use it now. */
            enabled: boolean;
            /**
             * @description A JSON merge patch (RFC 7386) over the tool's `description`, `config`, `bound`, `result`, `policy`,
             *     `fallback` and `speech`.
             */
            overrides: Record<string, unknown>;
            pin?: components["schemas"]["Pin"] | null;
            /**
             * Format: int64
             * @description Lower comes first.
             */
            position: number;
            /** @description The tool. */
            tool_id: components["schemas"]["tool_id"];
            /** @description When it last changed. */
            updated_at: components["schemas"]["Timestamp"];
        };
        /** @description How an agent has a tool. */
        AssignmentSpec: {
            /**
             * @description Whether it may use it now.
             * @default true
             */
            enabled?: boolean;
            /** @default null */
            follow?: components["schemas"]["Follow"] | null;
            /** @description A JSON merge patch over the tool's `description`, `config`, `bound`, `result`, `policy` and `fallback`. */
            overrides?: Record<string, unknown>;
            /** @default null */
            pin?: components["schemas"]["Pin"] | null;
            /**
             * Format: int64
             * @description Lower comes first.
             * @default 0
             */
            position?: number;
        };
        asst_id: string;
        /** @description What one sending of a request came to. */
        Attempt: {
            /**
             * Format: int64
             * @description How long it took, in milliseconds.
             */
            duration_ms: number;
            error?: components["schemas"]["ErrorClass"] | null;
            /** @description What went wrong, in words. */
            message?: string | null;
            /** @description When it began. */
            started_at: components["schemas"]["Timestamp"];
            /**
             * Format: int32
             * @description The upstream's status, when one came.
             */
            status?: number | null;
            /**
             * Format: int64
             * @description How long was waited before the next one, in milliseconds.
             */
            waited_ms?: number | null;
        };
        audit_id: string;
        /** @description Something that was changed. */
        AuditRow: {
            /** @description What was done, for example `tool.update`. */
            action: string;
            /** @description When. */
            at: components["schemas"]["Timestamp"];
            chain?: components["schemas"]["Link"] | null;
            /** @description What else is worth knowing; `changes` holds what was before and after. Never a secret. */
            details: Record<string, unknown>;
            /** @description Its id. */
            id: components["schemas"]["audit_id"];
            /** @description The organization it belongs to. */
            organization_id: components["schemas"]["org_id"];
            /** @description The request that asked for it. */
            request_id?: string | null;
            /** @description Which one: an id or a name. */
            target_id: string;
            /** @description The kind of thing that it was done to. */
            target_kind: string;
            token_id?: components["schemas"]["tok_id"] | null;
            user_id?: components["schemas"]["user_id"] | null;
        };
        /** @description How we identify ourselves upstream. */
        Auth: {
            /** @enum {string} */
            type: "none";
        } | {
            /** @description The token, usually `${NAME}`. */
            token: string;
            /** @enum {string} */
            type: "bearer";
        } | {
            /** @description The header's name. */
            header?: string | null;
            /** @description The key, usually `${NAME}`. */
            key: string;
            /** @description The query parameter's name. */
            query?: string | null;
            /** @enum {string} */
            type: "api_key";
        } | {
            /** @description The password, usually `${NAME}`. */
            password: string;
            /** @enum {string} */
            type: "basic";
            /** @description The user's name. */
            username: string;
        } | {
            /** @description Sent as `audience`, for servers that want it. */
            audience?: string | null;
            /** @description How the client's own credentials are sent. */
            client_auth?: components["schemas"]["ClientAuth"];
            /** @description The client's id. */
            client_id: string;
            /** @description The client's secret, usually `${NAME}`. */
            client_secret: string;
            /** @description The scopes to ask for. */
            scopes?: string[];
            /** @description Where tokens are given out. */
            token_url: string;
            /** @enum {string} */
            type: "oauth2";
        };
        /** @description What we are allowed, and whether it still holds. */
        Authorization: {
            authorized_at?: components["schemas"]["Timestamp"] | null;
            authorized_by?: components["schemas"]["user_id"] | null;
            /** @description As which client we are known there. */
            client_id?: string | null;
            expires_at?: components["schemas"]["Timestamp"] | null;
            /** @description Whether it can be renewed without a person. */
            is_renewable: boolean;
            /** @description Who gave the access: the authorization server's own name. */
            issuer?: string | null;
            /**
             * @description Scopes that the server asked for and we do not have; the next authorization asks for them. With a status of
             *     `needs_authorization`, whatever needs none of them still works.
             */
            missing_scopes?: string[];
            /** @description What was allowed, as far as the server says. */
            scopes?: string[];
            /** @description Whether somebody has to do something. */
            status: components["schemas"]["AuthorizationStatus"];
            /** @description Why, and who has to do what. */
            why?: string | null;
        };
        /** @description An address to be opened in a browser. */
        AuthorizationBegun: {
            /** @description The authorization server's page, where a person signs in. */
            authorize_url: string;
            /** @description Until when they must have come back. */
            expires_at: components["schemas"]["Timestamp"];
            /** @description The authorization server: who they sign in with. */
            issuer: string;
            /** @description Who is sent what they allow. */
            resource: string;
            /** @description What they are asked to allow; the authorization server's own choice when empty. */
            scopes: string[];
            /** @description What they should look at before they do. */
            warning?: string | null;
        };
        /**
         * @description Whether somebody has to do something.
         * @enum {string}
         */
        AuthorizationStatus: "connected" | "needs_authorization";
        /** @description One piece of content. MCP, conversations and model APIs each take what they can use. */
        Block: {
            /** @description The text. */
            text: string;
            /** @enum {string} */
            type: "text";
        } | {
            /** @enum {string} */
            type: "json";
            /** @description The value. */
            value: unknown;
        } | {
            /** @description Base64. */
            data: string;
            /** @description For example `image/png`. */
            mime_type: string;
            /** @enum {string} */
            type: "image";
        } | {
            /** @description Base64. */
            data: string;
            /** @description For example `audio/wav`. */
            mime_type: string;
            /** @enum {string} */
            type: "audio";
        } | {
            /** @description The bytes, in base64. */
            blob?: string | null;
            /** @description What it is, if known. */
            mime_type?: string | null;
            /** @description The text. */
            text?: string | null;
            /** @enum {string} */
            type: "resource";
            /** @description What it is known by. */
            uri: string;
        } | {
            /** @description What it is, if known. */
            mime_type?: string | null;
            /** @description What to call it. */
            name: string;
            /** @enum {string} */
            type: "resource_link";
            /** @description Where it is. */
            uri: string;
        };
        /** @description What a request carries. Exactly one of the fields is given. */
        Body: {
            /**
             * @description The content type of `raw`; default `text/plain; charset=utf-8`.
             * @default null
             */
            content_type?: string | null;
            /** @description Fields of an `application/x-www-form-urlencoded` body; nested values use brackets. */
            form?: Record<string, unknown> | null;
            /** @description A JSON value whose texts are templates. */
            json?: unknown;
            /**
             * @description True: no body at all, whatever the method.
             * @default false
             */
            none?: boolean;
            /**
             * @description A text, sent as it is.
             * @default null
             */
            raw?: string | null;
        };
        /** @description A value that the server, not the model, puts into the arguments. */
        Bound: components["schemas"]["ExplicitBound"] | unknown;
        /** @description When to stop sending to an upstream that fails: network errors, timeouts and statuses of 500 and more count. */
        Breaker: {
            /**
             * Format: double
             * @description The share of failures at which it opens; 0.01 to 1. Default 0.5.
             * @default 0.5
             */
            failure_ratio?: number;
            /**
             * Format: int32
             * @description How many probes must succeed before it closes, and the most that run at once; 1 to 100. Default 1.
             * @default 1
             */
            half_open_probes?: number;
            /**
             * Format: int32
             * @description Fewer executions than this in the window say nothing; 1 to 10,000. Default 10.
             * @default 10
             */
            minimum_requests?: number;
            /**
             * Format: int32
             * @description How long it stays open before probes are let through, in seconds; 1 to 3600. Default 30.
             * @default 30
             */
            open_s?: number;
            /**
             * Format: int32
             * @description The window in seconds; 1 to 3600. Default 60.
             * @default 60
             */
            window_s?: number;
        };
        /** @description What may be written for a breaker. */
        BreakerForm: boolean | components["schemas"]["Breaker"];
        /** @description A breaker now. */
        BreakerStatus: {
            /**
             * Format: int32
             * @description Executions in its window whose upstream failed.
             */
            failed: number;
            /** @description The tool's name, or `host:port`. */
            name: string;
            /** @description What it watches over. */
            of: components["schemas"]["Of"];
            /**
             * Format: int64
             * @description When it is open: how long until probes are let through.
             */
            retry_after_ms?: number | null;
            /** @description As written. */
            settings: components["schemas"]["Breaker"];
            /** @description `closed`, `open` or `half_open`, in this server. */
            state: string;
            /**
             * Format: int32
             * @description Executions in its window whose upstream answered.
             */
            succeeded: number;
        };
        /** @description The first place where a chain is broken. */
        Broken: {
            /** @description What is wrong. */
            damage: components["schemas"]["Damage"];
            id?: components["schemas"]["audit_id"] | null;
            /** @description The same in words. */
            message: string;
            /**
             * Format: int64
             * @description The number of the row.
             */
            seq: number;
        };
        /** @description How a version goes up, and why. */
        Bump: {
            /** @description Every change that counts, the weightiest first. */
            because: components["schemas"]["Reason"][];
            /** @description The highest of the reasons. */
            level: components["schemas"]["Level"];
        };
        /** @description Tools and agents in one document. */
        Bundle: {
            /** @description The agents with their tools, by name. */
            agents?: components["schemas"]["BundledAgent"][];
            /**
             * Format: int32
             * @description The number of this form: 1.
             */
            callwright: number;
            /** @description What each tool was, by name. Without it nothing is checked. */
            lock?: {
                [key: string]: components["schemas"]["Lock"];
            };
            /** @description The secrets that the tools need. Their values are never in a bundle. */
            secrets?: string[];
            /** @description The tools, by name. */
            tools?: components["schemas"]["ToolSpec"][];
        };
        /** @description An agent with its tools. */
        BundledAgent: {
            /** @description What it is for. */
            description?: string;
            /** @description The system instructions. */
            instructions?: string;
            /** @description The model it uses. */
            model?: string;
            /** @description Its name. */
            name: string;
            profile?: components["schemas"]["AgentProfile"] | null;
            /** @description Its tools, in its order. */
            tools?: components["schemas"]["BundledAssignment"][];
            tools_settings?: components["schemas"]["ToolsSettings"] | null;
        };
        /** @description How an agent has a tool. */
        BundledAssignment: {
            /** @description Whether the agent may use it now. */
            enabled?: boolean;
            /** @description A JSON merge patch over the tool. */
            overrides?: Record<string, unknown>;
            /**
             * Format: int64
             * @description Lower comes first.
             */
            position?: number;
            /** @description The tool's name. */
            tool: string;
        };
        /** @description What an import did, or would do. */
        BundleReport: {
            /** @description The agents. */
            agents: components["schemas"]["Imported"][];
            /** @description Whether nothing was changed. */
            dry_run: boolean;
            /** @description Secrets that the tools need and that are not set yet. */
            missing_secrets: string[];
            /** @description The tools. */
            tools: components["schemas"]["Imported"][];
            /** @description What may surprise about the bundle as a whole. */
            warnings: string[];
        };
        /** @description A function that comes with the program, and what the organization says of it. */
        BusinessConfig: {
            /** @description Which function. */
            function: components["schemas"]["BusinessFunction"];
            /** @description Settings by function: for `task_manager` `{scope}`, for `calendar_manager` `{time_zone, working_hours, working_days}`. */
            settings?: Record<string, unknown>;
        };
        /**
         * @description A function that comes with the program.
         * @enum {string}
         */
        BusinessFunction: "web_search" | "database_query" | "calculator" | "send_email" | "data_analysis" | "document_generator" | "calendar_manager" | "task_manager";
        /** @description Which results of a read are kept, and for how long. */
        Cache: {
            /** @description Follow the upstream's `Cache-Control` and `Age`, and ask again with its `ETag` or `Last-Modified`. */
            respect_http?: boolean;
            /** @description One result for all users. Otherwise each acting user has their own. */
            shared?: boolean;
            /**
             * Format: int32
             * @description For how many seconds after that a result may still be given when the upstream fails; at most 604,800.
             */
            stale_if_error_s?: number | null;
            /**
             * Format: int32
             * @description How long a result is good, in seconds; at most 86,400. With `respect_http`, for answers that do not say.
             */
            ttl_s: number;
        };
        /** @description What is kept of a tool's results. */
        CacheStatus: {
            settings?: components["schemas"]["Cache"] | null;
            /** @description Whether equal reads at the same time are one request upstream. */
            single_flight: boolean;
        };
        /**
         * @description What the cache did for a read.
         * @enum {string}
         */
        CacheUse: "hit" | "miss" | "joined" | "stale" | "revalidated" | "bypass";
        /** @description The answer to a call. A tool that failed is an answer too: look at `success`. */
        CallAnswer: {
            /** @description Content that is not JSON. */
            content?: components["schemas"]["Block"][];
            /** @description The result as JSON, when it is JSON. */
            data?: unknown;
            directive?: components["schemas"]["Directive"] | null;
            error?: components["schemas"]["ToolError"] | null;
            /** @description The execution's id, to find it in the log. */
            execution_id: components["schemas"]["exec_id"];
            /** @description A sentence about the result. */
            message?: string | null;
            /** @description About the execution itself. */
            meta: components["schemas"]["CallMeta"];
            pending?: components["schemas"]["Pending"] | null;
            /** @description Where the execution stands. */
            state: components["schemas"]["State"];
            /** @description Whether it worked. */
            success: boolean;
            /** @description The tool's name. */
            tool: string;
            truncated?: components["schemas"]["Cut"] | null;
            /** @description The tool's semantic version. */
            version: string;
        };
        /** @description A result that comes later. The address stands in templates as `${callback_url}`, and in a header. */
        Callback: {
            /**
             * Format: int32
             * @description How long the result is waited for, in seconds: 1 to 604800.
             * @default 3600
             */
            expires_s?: number;
            /**
             * @description The header that carries the address.
             * @default X-Callback-Url
             */
            header?: string;
        };
        /** @description `true`, or what is to be said about it. */
        CallbackSetting: boolean | components["schemas"]["Callback"];
        /** @description A call of a tool. */
        CallBody: {
            /** @description Call it as this agent has it: by name or id. */
            agent?: string | null;
            /** @description The arguments, which must fit the tool's schema. Nothing counts as an empty object. */
            arguments?: Record<string, unknown>;
            channel?: components["schemas"]["Channel"] | null;
            /** @description What is known about the circumstances: `call_sid`, `phone_number`, `conversation_id`… */
            context?: Record<string, unknown>;
            /** @description Fetch what follows in a cut result instead: `truncated.cursor` of an earlier answer. */
            cursor?: string | null;
            /** @description Try the tool's draft instead of its live state; for builders, and not through an agent. */
            draft?: boolean;
            /** @description Render the request and send nothing. */
            dry_run?: boolean;
            webhook?: components["schemas"]["WebhookTarget"] | null;
        };
        /** @description About an execution. */
        CallMeta: {
            /**
             * Format: int32
             * @description How many times the request was sent.
             */
            attempts: number;
            /** @description Whether this was a rehearsal. */
            dry_run: boolean;
            /** @description Whether this is the outcome of an earlier request with the same key. */
            duplicate: boolean;
            /**
             * Format: double
             * @description From asked to ended, in milliseconds.
             */
            duration_ms: number;
            /** @description `keyed`, or why a repeated request would act again. */
            idempotency: string;
            passage?: components["schemas"]["Passage"] | null;
            /** @description In a rehearsal: the request that would have been sent, secrets hidden. */
            request?: Record<string, unknown> | null;
            /** @description What a voice runtime was told to say, in order. */
            speech?: components["schemas"]["Said"][];
        };
        /** @description A saved test case. */
        Case: {
            /** @description When it was made. */
            created_at: components["schemas"]["Timestamp"];
            /** @description Who made it. */
            created_by: components["schemas"]["user_id"];
            /** @description Its id. */
            id: components["schemas"]["case_id"];
            last_run?: components["schemas"]["LastRun"] | null;
            /** @description The organization it belongs to. */
            organization_id: components["schemas"]["org_id"];
            /** @description The author's form. */
            spec: components["schemas"]["CaseSpec"];
            /** @description The tool's name. */
            tool: string;
            /** @description The tool. */
            tool_id: components["schemas"]["tool_id"];
            /** @description When it last changed. */
            updated_at: components["schemas"]["Timestamp"];
        };
        case_id: string;
        /** @description What one run of a case came to. */
        CaseResult: {
            /**
             * Format: double
             * @description From asked to ended, in milliseconds.
             */
            duration_ms: number;
            /** @description Why it could not be run. */
            error?: string | null;
            execution_id?: components["schemas"]["exec_id"] | null;
            /** @description What was not as expected. */
            failures?: components["schemas"]["Mismatch"][];
            id?: components["schemas"]["case_id"] | null;
            /** @description Its name. */
            name: string;
            /** @description The first requests that the stubbed upstream got, at most 5, with secrets hidden; not kept in `last_run`. */
            requests?: Record<string, unknown>[];
            /** @description What was said while it ran. */
            speech?: components["schemas"]["Said"][];
            state?: components["schemas"]["State"] | null;
            /** @description How it went. */
            status: components["schemas"]["CaseStatus"];
        };
        /** @description Which cases to run, and how. */
        CaseRunSpec: {
            /**
             * @description Let cases with `upstream: real` of a tool that writes do so.
             * @default false
             */
            allow_effects?: boolean;
            /**
             * @description These instead, which need not be saved.
             * @default null
             */
            cases?: components["schemas"]["CaseSpec"][] | null;
            /** @default null */
            draft?: components["schemas"]["ToolSpec"] | null;
            /**
             * @description Only these saved cases, by name or id; all of them when absent.
             * @default null
             */
            names?: string[] | null;
        };
        /** @description A test case as its author writes it. */
        CaseSpec: {
            /** @description Call it as this agent has it: its name or id. */
            agent?: string | null;
            /** @description What a model would send; it is validated like any call. */
            arguments?: Record<string, unknown>;
            /** @description The circumstances. With a stubbed upstream all of it counts as verified. */
            context?: Record<string, unknown>;
            /** @description What it shows. */
            description?: string | null;
            /** @description What must come of it. Nothing said about the outcome means that it must work. */
            expect?: components["schemas"]["Expect"];
            /** @description What it is called: unique among the tool's cases, 1 to 100 characters without `/`. */
            name: string;
            /** @description With a stubbed upstream: values that stand for the tool's secrets, so that none has to be set. */
            secrets?: {
                [key: string]: string;
            };
            /** @description What the stubbed upstream does, one for each request, in order. */
            stubs?: components["schemas"]["Stub"][];
            /** @description Whether the upstream is the real one. */
            upstream?: components["schemas"]["Upstream"];
        };
        /**
         * @description How a case went.
         * @enum {string}
         */
        CaseStatus: "passed" | "failed" | "error";
        /** @description One field that differs. */
        Change: {
            /** @description Its value before; absent when the field is new. */
            from?: unknown;
            /** @description The field, dotted, for example `config.url`. */
            path: string;
            /** @description Its value after; absent when the field is gone. */
            to?: unknown;
        };
        /** @description A new password. */
        ChangePassword: {
            /**
             * Format: password
             * @description The password until now; not needed by who has none.
             */
            current_password?: string | null;
            /**
             * Format: password
             * @description The password from now on.
             */
            new_password: string;
        };
        /**
         * @description Where a tool is being used; a tool may be restricted to some of these.
         * @enum {string}
         */
        Channel: "call" | "chat" | "sms" | "webhook" | "test" | "mcp";
        /** @description One message of a thread. */
        ChatMessage: {
            /** @description At least one piece. */
            content: components["schemas"]["Part"][];
            /** @enum {string} */
            role: "user";
        } | {
            opaque?: components["schemas"]["Opaque"] | null;
            /** @enum {string} */
            role: "assistant";
            /** @description Its words; may be empty when it calls tools. */
            text?: string;
            /** @description The tools that it wants called, in its order. */
            tool_calls?: components["schemas"]["ToolCall"][];
        } | {
            /** @description What the model reads. */
            content: components["schemas"]["Part"][];
            /** @description Whether it failed. */
            is_error?: boolean;
            /** @description The tool's name. */
            name: string;
            /** @enum {string} */
            role: "tool";
            /** @description Which call. */
            tool_call_id: string;
        };
        /** @description What a part of a document must be like. */
        Check: {
            /** @description A text with this in it, a list with this item, an object with at least these fields. */
            contains?: unknown;
            /** @description It is this value. */
            equals?: unknown;
            /** @description Whether it is there. */
            exists?: boolean | null;
            /**
             * Format: int64
             * @description A text, list or object of this length.
             */
            length?: number | null;
            /** @description A text in which this regular expression finds something. */
            matches?: string | null;
            /**
             * Format: double
             * @description A number that is not more.
             */
            max?: number | null;
            /**
             * Format: double
             * @description A number that is not less.
             */
            min?: number | null;
            /** @description Which part: a JSON pointer (`/slots/0/time`; empty for the whole) or a JMESPath expression (`length(slots)`). */
            path: string;
            type?: components["schemas"]["JsonType"] | null;
        };
        /**
         * @description Yes or no.
         * @enum {string}
         */
        Choice: "approve" | "deny";
        /**
         * @description How an OAuth client sends its own credentials.
         * @enum {string}
         */
        ClientAuth: "basic" | "body" | "private_key_jwt";
        /** @description A tool that a client carries out. */
        ClientConfig: {
            /**
             * @description Whether the client's result is waited for; without it the execution is done once the client is told.
             * @default true
             */
            expects_response?: boolean;
            /**
             * Format: int32
             * @description How long the client has, in seconds: 1 to 120, or -1 to wait as long as the run lasts. Default 20.
             * @default 20
             */
            timeout_s?: number;
        };
        /** @description What a client gives back. */
        ClientResult: {
            /** @description Whether it did not work. */
            is_error?: boolean;
            /** @description The result: any JSON value, at most 4 MiB. When it did not work, why not. */
            result?: unknown;
        };
        /** @description How to copy a template. */
        CloneTemplate: {
            /**
             * @description An agent that gets the tool, by name or id.
             * @default null
             */
            agent?: string | null;
            /**
             * @description Only say what would be made.
             * @default false
             */
            dry_run?: boolean;
            /**
             * @description The new tool's name; the template's own when absent.
             * @default null
             */
            name?: string | null;
            /** @description A value for each blank that has no default. */
            values?: Record<string, unknown>;
        };
        /** @description How many executions may run at once, and how many may wait for a place. Counted by each server for itself. */
        Concurrency: {
            /**
             * Format: int32
             * @description The most at once; 1 to 10,000.
             */
            limit: number;
            per?: components["schemas"]["Per"] | null;
            /**
             * Format: int32
             * @description The most that wait; 0 to 10,000. Default 32.
             */
            queue?: number;
            /**
             * Format: int32
             * @description The longest wait for a place in milliseconds, within the tool's own time. Default 5000.
             */
            queue_timeout_ms?: number;
        };
        /** @description What may be written for concurrency. */
        ConcurrencyForm: number | components["schemas"]["Concurrency"];
        /** @description A limit on how many run at once, now. */
        ConcurrencyStatus: {
            /** @description Where it is written. */
            from: components["schemas"]["From"];
            /** @description As written. */
            limit: components["schemas"]["Concurrency"];
            /** @description Who shares it. */
            per: components["schemas"]["Per"];
            /**
             * Format: int32
             * @description Waiting for a place in this server.
             */
            queued: number;
            /**
             * Format: int32
             * @description Under way in this server.
             */
            running: number;
        };
        /** @description What a rule watches. Rehearsals (`dry_run`) never count. */
        Condition: {
            /**
             * Format: int32
             * @description Fires at this many.
             */
            at_least?: number;
            /** @description Only of these classes; empty means any. */
            classes?: components["schemas"]["ErrorClass"][];
            /** @enum {string} */
            kind: "failure";
            /**
             * Format: int32
             * @description How far back to look, in seconds, 10 to 86400.
             */
            window_s?: number;
        } | {
            /**
             * Format: double
             * @description Fires above this share.
             */
            above: number;
            /** @description Only these classes count as failed; empty means any. */
            classes?: components["schemas"]["ErrorClass"][];
            /** @enum {string} */
            kind: "error_rate";
            /**
             * Format: int32
             * @description With fewer executions than this it says nothing.
             */
            minimum?: number;
            /**
             * Format: int32
             * @description How far back to look, in seconds, 10 to 86400. Of a busy window the newest 10,000 are looked at.
             */
            window_s?: number;
        } | {
            /**
             * Format: double
             * @description Fires above this.
             */
            above_ms: number;
            /** @enum {string} */
            kind: "latency";
            /**
             * Format: int32
             * @description With fewer executions than this it says nothing.
             */
            minimum?: number;
            /**
             * Format: int32
             * @description Which percentile, 50 to 99.
             */
            percentile?: number;
            /**
             * Format: int32
             * @description How far back to look, in seconds, 10 to 86400. Of a busy window the newest 2,000 are looked at.
             */
            window_s?: number;
        } | {
            /**
             * Format: int32
             * @description How many earlier days are compared, 3 to 28. With fewer than three it says nothing.
             */
            days?: number;
            /**
             * Format: double
             * @description Fires when an hour's number is this many standard deviations from the mean of the same hour on earlier
             *     days, 1 to 10. Too many is noticed during the hour, too few when it is over.
             */
            deviations?: number | null;
            /** @enum {string} */
            kind: "volume";
            /**
             * Format: int32
             * @description Fires above this many.
             */
            max?: number | null;
            /**
             * Format: int32
             * @description Fires below this many.
             */
            min?: number | null;
            /**
             * Format: int32
             * @description How far back to look for `min` and `max`, in seconds, 10 to 86400.
             */
            window_s?: number;
        } | {
            /**
             * Format: int32
             * @description Fires at this many.
             */
            at_least?: number;
            /** @enum {string} */
            kind: "guard_refusals";
            /**
             * Format: int32
             * @description How far back to look, in seconds, 10 to 86400.
             */
            window_s?: number;
        };
        /** @description The configuration of a tool, by its kind. */
        Config: components["schemas"]["HttpConfig"] | components["schemas"]["SystemConfig"] | components["schemas"]["PythonConfig"] | components["schemas"]["BusinessConfig"] | components["schemas"]["ClientConfig"] | components["schemas"]["AgentConfig"] | components["schemas"]["WorkflowConfig"] | components["schemas"]["McpConfig"];
        /** @description The code of the page that a sign-in ended with. */
        ConfirmAuthorization: {
            /** @description As the page shows it. */
            code: string;
        };
        /** @description A field that the source and somebody here both changed. */
        Conflict: {
            /** @description What it was when it was imported last; absent when it was not there. */
            base?: unknown;
            /** @description What it is here; absent when it was taken out. */
            ours?: unknown;
            /** @description The field, dotted. */
            path: string;
            /** @description What the source says now; absent when it does not say it any more. */
            theirs?: unknown;
        };
        /** @description The result of an execution that succeeded. */
        Content: {
            /** @description Content that is not JSON: text, pictures, links. */
            blocks?: components["schemas"]["Block"][];
            /** @description The result as JSON, when it is JSON. */
            data?: unknown;
            directive?: components["schemas"]["Directive"] | null;
            /** @description A sentence about the result, when the tool has one. */
            message?: string | null;
            truncated?: components["schemas"]["Cut"] | null;
        };
        conv_id: string;
        /** @description A live session of a voice or chat client with an agent. */
        Conversation: {
            /** @description The agent that talks now; it changes when another takes over. */
            agent_id: components["schemas"]["asst_id"];
            /** @description That agent's name. */
            agent_name: string;
            /** @description The user, as the client names them. Nobody has checked that. */
            client_user_id?: string | null;
            /** @description What it cost, where operations are paid for. */
            credits: components["schemas"]["Credits"];
            /**
             * Format: int64
             * @description How long it lasted, in seconds; while it is live, how long it has lasted when a client was last seen.
             */
            duration_s: number;
            /** @description What the client sent as dynamic variables. Nobody has checked them. */
            dynamic_variables: Record<string, unknown>;
            end_reason?: components["schemas"]["EndReason"] | null;
            ended_at?: components["schemas"]["Timestamp"] | null;
            /** @description Its id. */
            id: components["schemas"]["conv_id"];
            /** @description Whether nobody knows who talks. */
            is_public: boolean;
            /**
             * Format: int64
             * @description How many messages were said and told.
             */
            message_count: number;
            /** @description The organization it belongs to. */
            organization_id: components["schemas"]["org_id"];
            outcome?: components["schemas"]["TalkOutcome"] | null;
            /** @description The client, as it names itself, for example `python_sdk`. */
            source?: string | null;
            /** @description When it began. */
            started_at: components["schemas"]["Timestamp"];
            /** @description Where it stands. */
            state: components["schemas"]["ConversationState"];
            /** @description What is said. */
            thread_id: components["schemas"]["thread_id"];
            /** @description The tools that it used, by name. */
            tools: components["schemas"]["ToolUse"][];
            /** @description Tokens that it used. */
            usage: components["schemas"]["Usage"];
            /** @description With whose rights the agent works: those of whoever talks, or of whoever made a public agent. */
            user_id: components["schemas"]["user_id"];
        };
        /** @description A conversation with the beginning of what was said. */
        ConversationDetail: components["schemas"]["Conversation"] & {
            /** @description The first 200 messages; `next_cursor` goes on at `/api/v1/conversations/{id}/messages`. */
            transcript: components["schemas"]["Page_ThreadMessage"];
        };
        /** @description A conversation with all that was said. */
        ConversationLine: components["schemas"]["Conversation"] & {
            /** @description All that was said, in order. */
            transcript: components["schemas"]["ThreadMessage"][];
        };
        /**
         * @description Where a conversation stands.
         * @enum {string}
         */
        ConversationState: "live" | "ended";
        /** @description A tool that was made of a template or of a public tool. */
        Copied: {
            assignment?: components["schemas"]["Assignment"] | null;
            /** @description The secrets that it names and that are not set yet. */
            missing_secrets: string[];
            proposal?: components["schemas"]["Proposal"] | null;
            /** @description The tool. */
            tool: components["schemas"]["Tool"];
            /** @description What works but may surprise. */
            warnings: string[];
        };
        /** @description An API token to make. */
        CreateToken: {
            expires_at?: components["schemas"]["Timestamp"] | null;
            /** @description A name to know it by. */
            name: string;
            role?: components["schemas"]["Role"] | null;
            /** @description What it may be used for; empty means all that the role allows. `context:trust` needs an admin. */
            scopes?: components["schemas"]["Scope"][];
            user_id?: components["schemas"]["user_id"] | null;
        };
        /** @description Address and password. */
        Credentials: {
            /** @description The e-mail address. */
            email: string;
            organization_id?: components["schemas"]["org_id"] | null;
            /**
             * Format: password
             * @description The password.
             */
            password: string;
        };
        /** @description How an organization stands. */
        CreditAccount: {
            /**
             * Format: double
             * @description What there is.
             */
            balance: number;
            /** @description Whether operations are paid for here. If not, nothing is charged, whatever the prices say. */
            enabled: boolean;
            /** @description What operations cost. */
            prices: {
                [key: string]: components["schemas"]["Credits"];
            };
        };
        /** @description A line of an organization's ledger. It never changes. */
        CreditEntry: {
            /** @description What was added; less than nothing for a charge. */
            amount: components["schemas"]["Credits"];
            /**
             * Format: double
             * @description What there was after it.
             */
            balance: number;
            /** @description When. */
            created_at: components["schemas"]["Timestamp"];
            /** @description What it is. */
            kind: components["schemas"]["CreditKind"];
            /** @description Why. */
            note?: string | null;
            operation?: components["schemas"]["Operation"] | null;
            /**
             * Format: int64
             * @description Its number, from 1, without gaps.
             */
            seq: number;
            /** @description What it was about: the id of the thing, or a tool's name. */
            subject?: string | null;
            /** @description Who did it. */
            user_id: components["schemas"]["user_id"];
        };
        /**
         * @description What a line of the ledger is.
         * @enum {string}
         */
        CreditKind: "charge" | "refund" | "grant";
        /** @description An exact amount with at most three decimals */
        Credits: number;
        /** @description How much of a result was cut away to fit the model, and how to get the rest. */
        Cut: {
            /** @description Fetches what follows; absent when nothing more was kept. */
            cursor?: string | null;
            /**
             * Format: int64
             * @description The bytes shown here.
             */
            shown_bytes: number;
            /**
             * Format: int64
             * @description For a list: the items shown here.
             */
            shown_items?: number | null;
            /**
             * Format: int64
             * @description The whole result's size in bytes.
             */
            total_bytes: number;
            /**
             * Format: int64
             * @description For a list: its length.
             */
            total_items?: number | null;
        };
        /**
         * @description What is wrong with a chain.
         * @enum {string}
         */
        Damage: "altered" | "removed" | "misplaced" | "cut";
        /** @description What somebody decided. */
        Decision: {
            /** @description Whether they agreed. */
            approve: boolean;
            /** @description When. */
            at: components["schemas"]["Timestamp"];
            /** @description Whether they changed the arguments; what others had agreed to before is then void. */
            edited?: boolean;
            /**
             * Format: int32
             * @description Which of the signed links was used, from 1.
             */
            link?: number | null;
            /** @description What they said. */
            note?: string | null;
            user_id?: components["schemas"]["user_id"] | null;
        };
        /** @description What to say about a decision. */
        DecisionBody: {
            /** @description Why. */
            note?: string | null;
        };
        /** @description Tools in the form that a model provider wants. */
        Definitions: {
            /**
             * Format: int32
             * @description How many tokens of a model's context the definitions take, at four bytes a token.
             */
            estimated_tokens: number;
            /** @description The form. */
            format: components["schemas"]["Format"];
            /** @description One definition for each tool, in the order given. */
            tools: Record<string, unknown>[];
            /** @description What the form cannot express. */
            warnings: components["schemas"]["Warning"][];
        };
        /** @description A sentence for an execution that takes long. */
        Delayed: {
            /**
             * Format: int32
             * @description How long after the beginning it is said, in milliseconds: 100 to 600000.
             */
            after_ms: number;
            /** @description Its language. */
            language?: string | null;
            /** @description The sentence, a template over `parameters` and `context`. */
            say: string;
            /**
             * Format: int32
             * @description How often it is picked among others of the same `after_ms`.
             */
            weight?: number | null;
            /** @description A condition over `parameters` and `context`. */
            when?: string | null;
        };
        /** @description Proof that the deletion is meant. */
        Delete: {
            /** @description The organization's name, typed once more. */
            name: string;
        };
        /** @description A piece of news on its way out, or delivered. */
        Delivery: {
            /**
             * Format: int64
             * @description How many times it was sent.
             */
            attempts: number;
            /** @description How it is sent: `webhook`. */
            channel: string;
            /** @description When it was made. */
            created_at: components["schemas"]["Timestamp"];
            ended_at?: components["schemas"]["Timestamp"] | null;
            /** @description What it tells of, for example `approval.requested`. */
            event: string;
            /** @description When it is given up. */
            give_up_at: components["schemas"]["Timestamp"];
            /** @description Its id, sent as `webhook-id`: the same each time it is sent. */
            id: components["schemas"]["dlv_id"];
            /** @description What went wrong last. */
            last_error?: string | null;
            /**
             * Format: int32
             * @description The last status that the receiver gave.
             */
            last_status?: number | null;
            /** @description When it is sent next, while it is queued. */
            next_at: components["schemas"]["Timestamp"];
            /** @description The organization it belongs to. */
            organization_id: components["schemas"]["org_id"];
            /** @description How it stands. */
            state: components["schemas"]["DeliveryState"];
            /** @description The thing it is about: an id. */
            subject?: string | null;
            /** @description To where. */
            target: string;
        };
        /**
         * @description How a delivery stands.
         * @enum {string}
         */
        DeliveryState: "queued" | "delivered" | "failed";
        /** @description A refusal. */
        Deny: {
            /**
             * @description Why, for the audit log and the model.
             * @default null
             */
            note?: string | null;
            /**
             * Format: int64
             * @description The ticket's `revised` that you have seen; another one is a conflict. Must be given once the arguments were changed.
             * @default null
             */
            revised?: number | null;
        };
        /** @description A number to transfer to, with more about it. */
        DescribedNumber: {
            /** @description When, in words for the model. */
            condition?: string | null;
            /** @description What it is called, for example `Sales`. */
            name?: string | null;
            /** @description The number. */
            number: string;
        };
        /** @description What a server knows about its health. */
        Diagnosis: {
            /** @description What was looked at, in the order of the checks. */
            findings: components["schemas"]["Finding"][];
            /** @description Checks that only an administrator is told about. */
            left_out: string[];
        };
        /**
         * @description What whoever called a tool does next, besides reading its result. Part of the recorded outcome, so that a run which
         *     is taken up again obeys it as well.
         */
        Directive: {
            /** @description Its last words. */
            message?: string | null;
            /** @enum {string} */
            type: "end";
        } | {
            /** @description Its name. */
            agent: string;
            /** @description Which. */
            agent_id: components["schemas"]["asst_id"];
            /** @description Whether it speaks first. */
            first_message: boolean;
            /** @description The last words of the one that goes. */
            message?: string | null;
            /** @description Whether it is given what was said so far. */
            pass_context: boolean;
            /** @description Why. */
            reason?: string | null;
            /** @enum {string} */
            type: "handoff";
        } | {
            /** @enum {string} */
            type: "skip";
        };
        dlv_id: string;
        doc_id: string;
        /** @description Something that a tool gave, without its bytes. */
        Document: {
            conversation_id?: components["schemas"]["conv_id"] | null;
            /** @description When it was kept. */
            created_at: components["schemas"]["Timestamp"];
            execution_id?: components["schemas"]["exec_id"] | null;
            expires_at?: components["schemas"]["Timestamp"] | null;
            /** @description Its id. */
            id: components["schemas"]["doc_id"];
            /** @description What it is, as its bytes say. */
            media_type: string;
            /** @description What to call it. */
            name: string;
            /** @description The organization it belongs to. */
            organization_id: components["schemas"]["org_id"];
            /**
             * Format: int64
             * @description Which of the things that its execution gave, from 0.
             */
            position: number;
            /**
             * Format: int64
             * @description How many bytes it has.
             */
            size: number;
        };
        /** @description A state of a tool that is being worked on, beside the live one. */
        Draft: {
            /**
             * Format: int64
             * @description The revision that it was begun from.
             */
            base_revision: number;
            /** @description When it was begun. */
            created_at: components["schemas"]["Timestamp"];
            /** @description The author's form. */
            spec: components["schemas"]["ToolSpec"];
            /** @description The tool. */
            tool_id: components["schemas"]["tool_id"];
            /** @description When it was saved last. */
            updated_at: components["schemas"]["Timestamp"];
            /** @description Who saved it last. */
            user_id: components["schemas"]["user_id"];
        };
        draft_id: string;
        /** @description A draft beside the live state of its tool. */
        DraftView: {
            /** @description How far the version would go up, and why. */
            bump: components["schemas"]["Bump"];
            /** @description What would change, field by field. */
            diff: components["schemas"]["Change"][];
            /** @description The draft. */
            draft: components["schemas"]["Draft"];
            /** @description Whether somebody changed the tool since the draft was begun: then it cannot be published. */
            is_outdated: boolean;
            /**
             * Format: int64
             * @description The live revision.
             */
            revision: number;
            /** @description What works but may surprise. */
            warnings: string[];
        };
        /** @description Who acts on the telephone call itself. The call is the one that verified context names. */
        Driver: {
            /** @description The account, usually `${TWILIO_ACCOUNT_SID}`. */
            account_sid: string;
            /** @description The secret that signs in, `${TWILIO_AUTH_TOKEN}` for example; never the token itself. */
            auth_token: string;
            /** @description Where the API is. Default `https://api.twilio.com`. */
            base_url?: string | null;
            /**
             * @description The number that a person is called from when the transfer is warm or has music. Without it the one that was
             *     called: `to_number` of the verified context.
             */
            from?: string | null;
            /** @description Where Twilio fetches what comes after tones were played. Without it the call ends behind them. */
            resume_url?: string | null;
            /** @enum {string} */
            type: "twilio";
        };
        /**
         * @description What calling a tool does to the world.
         * @enum {string}
         */
        Effect: "read" | "write" | "destructive";
        /** @description How a call is ended. */
        EndCallSettings: {
            /** @description Said first. */
            custom_message?: string | null;
            /** @description Whether the agent may do it; absent means yes when `enabled_tools` has it. */
            enabled?: boolean | null;
            /** @description When, in words for the model. */
            scenarios?: string[];
        };
        /**
         * @description Why a conversation ended.
         * @enum {string}
         */
        EndReason: "client" | "agent" | "idle_timeout" | "max_duration_exceeded" | "client_gone" | "policy_violation" | "not_allowed";
        /** @description The body of every answer that is an error. */
        ErrorBody: {
            /** @description What went wrong. */
            error: components["schemas"]["ErrorDetail"];
        };
        /**
         * @description The taxonomy of failed executions.
         * @enum {string}
         */
        ErrorClass: "network_error" | "auth_error" | "validation_error" | "rate_limit_error" | "timeout_error" | "permission_error" | "approval_required" | "circuit_open" | "sandbox_error" | "upstream_error" | "not_found" | "cancelled" | "outcome_unknown" | "unknown_error";
        /** @description What went wrong with a request. */
        ErrorDetail: {
            /** @description A stable name such as `idempotency_key_reused`. */
            code: string;
            /** @description Structured detail, for example `{"field": "config.url"}`. */
            details?: Record<string, unknown> | null;
            /** @description What happened and what to do about it. */
            message: string;
            /** @description The request's id, as in the header `X-Request-Id`; the server's log has it too. */
            request_id: string;
        };
        /** @description A frame of the live stream. */
        Event: {
            /** @enum {string} */
            event: "execution";
            /** @description As it stands now. */
            execution: components["schemas"]["Execution"];
        } | {
            /** @enum {string} */
            event: "progress";
            /** @description Which. */
            execution_id: components["schemas"]["exec_id"];
            /** @description What. */
            progress: components["schemas"]["Progress"];
        } | {
            /** @description From what to what, and for whom. */
            change: components["schemas"]["Announcement"];
            /** @enum {string} */
            event: "tool_changed";
        };
        exec_id: string;
        /** @description An execution as the log shows it. Secrets and marked fields are hidden. */
        Execution: {
            agent_id?: components["schemas"]["asst_id"] | null;
            /** @description Hash of tool and arguments. */
            args_hash: string;
            /** @description Every time the request was sent. */
            attempts: components["schemas"]["Attempt"][];
            /** @description The phone call (`call_sid` or `call_id` of the context). */
            call_id?: string | null;
            /** @description Where the tool was used. */
            channel: components["schemas"]["Channel"];
            /** @description The conversation (`conversation_id` of the context). */
            conversation_id?: string | null;
            /** @description Whether it was a rehearsal: nothing was sent. */
            dry_run: boolean;
            /**
             * Format: double
             * @description From asked to ended, in milliseconds.
             */
            duration_ms?: number | null;
            /** @description What the tool does to the world. */
            effect: components["schemas"]["Effect"];
            ended_at?: components["schemas"]["Timestamp"] | null;
            error?: components["schemas"]["ToolError"] | null;
            /** @description Its id. */
            id: components["schemas"]["exec_id"];
            /** @description The arguments. */
            input: Record<string, unknown>;
            /** @description Given by the caller to have one effect only. */
            intent_key?: string | null;
            /** @description What carried it out. */
            kind: components["schemas"]["Kind"];
            node_id?: components["schemas"]["node_id"] | null;
            /** @description The organization it belongs to. */
            organization_id: components["schemas"]["org_id"];
            output?: components["schemas"]["Content"] | null;
            passage?: components["schemas"]["Passage"] | null;
            /** @description When it was asked for. */
            received_at: components["schemas"]["Timestamp"];
            replay_of?: components["schemas"]["exec_id"] | null;
            /** @description The request that asked for it. */
            request_id?: string | null;
            settled?: components["schemas"]["Settlement"] | null;
            /** @description Which entrance it came through: `rest`, `cli`, `test`, `replay`… */
            source: string;
            started_at?: components["schemas"]["Timestamp"] | null;
            /** @description Where it stands. */
            state: components["schemas"]["State"];
            token_id?: components["schemas"]["tok_id"] | null;
            /** @description The tool. */
            tool_id: components["schemas"]["tool_id"];
            /** @description The tool's name at the time. */
            tool_name: string;
            /**
             * Format: int64
             * @description The tool's revision at the time.
             */
            tool_revision: number;
            /** @description The tool's semantic version at the time. */
            tool_version: string;
            user_id?: components["schemas"]["user_id"] | null;
        };
        /** @description What must come of a case. Everything that is said must hold. */
        Expect: {
            /**
             * Format: int32
             * @description How many times the request is sent.
             * @default null
             */
            attempts?: number | null;
            /** @default null */
            error_class?: components["schemas"]["ErrorClass"] | null;
            /**
             * @description The code of the error, for example `http_404`.
             * @default null
             */
            error_code?: string | null;
            /**
             * Format: int32
             * @description How long it takes at most, in milliseconds.
             * @default null
             */
            max_ms?: number | null;
            /** @default null */
            message?: components["schemas"]["TextCheck"] | null;
            /**
             * @description About the first request: `method`, `url`, `path`, `query`, `headers`, `body`. Secrets are hidden in it.
             * @default []
             */
            request?: components["schemas"]["Check"][];
            /**
             * @description About the result as the model gets it.
             * @default []
             */
            result?: components["schemas"]["Check"][];
            /** @description A JSON Schema that the result fits. */
            schema?: unknown;
            /** @default null */
            state?: components["schemas"]["State"] | null;
            /**
             * @description Whether it works.
             * @default null
             */
            success?: boolean | null;
        };
        /** @description A bound value with its trust spelled out. */
        ExplicitBound: {
            /** @description Whose word is good enough. */
            trust?: components["schemas"]["Trust"];
            /** @description The template, or a fixed JSON value. */
            value: unknown;
        };
        /** @description A tool in another form. */
        ExportedTool: {
            /** @description The definition. */
            definition: Record<string, unknown>;
            /** @description What the form cannot hold. */
            lost: components["schemas"]["ExportLost"][];
            /** @description The tool's own name. */
            name: string;
        };
        /** @description Something that a form cannot hold. */
        ExportLost: {
            /** @description Where it stands in the tool, such as `policy.approval` or `parameters/properties/id/pattern`. */
            field: string;
            /** @description Why it is not in the definition, or what became of it. */
            why: string;
        };
        /** @description What to say and do when a tool fails. */
        Fallback: {
            /**
             * @description What the agent may do instead, for example `phone_transfer`.
             * @default null
             */
            alternative_action?: string | null;
            /** @description The same, for single classes of error; these win over the fields above. */
            by_class?: Record<string, unknown>;
            /**
             * @description Said to the person on the line instead of the class's own sentence.
             * @default null
             */
            message?: string | null;
            /**
             * @description Whether a person has to act.
             * @default null
             */
            require_human?: boolean | null;
        };
        fb_id: string;
        /** @description A flag as it stands for an organization. */
        Feature: {
            /** @description What it switches. */
            about: string;
            /**
             * Format: int32
             * @description What holds where nobody says.
             */
            default_percent: number;
            /** @description Its name. */
            flag: string;
            /**
             * Format: int32
             * @description For how many of a hundred executions it is on.
             */
            percent: number;
            /** @description Who said so. */
            set_by: components["schemas"]["SetBy"];
            updated_at?: components["schemas"]["Timestamp"] | null;
        };
        /** @description What a user thought of a run. */
        Feedback: {
            /** @description The agent of the run. */
            agent_id: components["schemas"]["asst_id"];
            /** @description In words. */
            comment?: string | null;
            /** @description What the answer should have been. */
            correction?: string | null;
            /** @description When it was first said. */
            created_at: components["schemas"]["Timestamp"];
            /** @description Its id. */
            id: components["schemas"]["fb_id"];
            /** @description The organization it belongs to. */
            organization_id: components["schemas"]["org_id"];
            /**
             * Format: int64
             * @description How good it was.
             */
            rating: number;
            /** @description The run. */
            run_id: components["schemas"]["run_id"];
            /** @description How the rating is meant. */
            scale: components["schemas"]["Scale"];
            /** @description When it last changed. */
            updated_at: components["schemas"]["Timestamp"];
            /** @description Who said it. */
            user_id: components["schemas"]["user_id"];
        };
        /** @description Feedback on an agent: what it comes to, and a page of it. */
        FeedbackReport: {
            /** @description One by one, newest first. */
            items: components["schemas"]["Feedback"][];
            /** @description Give this as `cursor` to go on; absent on the last page. */
            next_cursor?: string | null;
            /** @description What all of it comes to. */
            summary: components["schemas"]["FeedbackSummary"];
        };
        /** @description What somebody thinks of a run. */
        FeedbackSpec: {
            /** @description In words, at most 4,000 characters. */
            comment?: string | null;
            /** @description What the answer should have been, at most 4,000 characters. */
            correction?: string | null;
            /**
             * Format: int64
             * @description -1 (bad) or 1 (good), or stars from 1 to 5.
             */
            rating: number;
            scale?: components["schemas"]["Scale"] | null;
        };
        /** @description What all feedback on an agent comes to. */
        FeedbackSummary: {
            /**
             * Format: double
             * @description The average rating, -1 (bad) to 1 (good): three stars are 0. Absent while there is none.
             */
            average?: number | null;
            /**
             * Format: int64
             * @description How much there is.
             */
            count: number;
            /**
             * Format: int64
             * @description How many did not.
             */
            disliked: number;
            /**
             * Format: int64
             * @description How many liked it: a thumb up, or more than three stars.
             */
            liked: number;
            /** @description The last weeks in which there was any, oldest first; at most 26. */
            weeks: components["schemas"]["FeedbackWeek"][];
        };
        /** @description Feedback of one week. */
        FeedbackWeek: {
            /**
             * Format: double
             * @description The average rating, -1 to 1.
             */
            average: number;
            /**
             * Format: int64
             * @description How much there was.
             */
            count: number;
            /** @description When the week began: Monday, 0:00 UTC. */
            week: components["schemas"]["Timestamp"];
        };
        /** @description One thing that was looked at. */
        Finding: {
            /** @description What was looked at. */
            check: string;
            /** @description What to do; a command where there is one. */
            fix?: string | null;
            /** @description What was found. */
            found: string;
            /** @description How it came out. */
            verdict: components["schemas"]["Verdict"];
            /** @description Why it matters; absent when all is well. */
            why?: string | null;
        };
        /**
         * @description How the agents of a workflow work together.
         * @enum {string}
         */
        FlowType: "sequential" | "parallel" | "conditional";
        /**
         * @description Which changes of a tool reach an agent by themselves.
         * @enum {string}
         */
        Follow: "all" | "minor" | "none";
        /**
         * @description The form of a definition.
         * @enum {string}
         */
        Format: "openai" | "openai_strict" | "anthropic" | "gemini" | "mcp";
        /**
         * @description Where a limit is written.
         * @enum {string}
         */
        From: "tool" | "agent" | "organization";
        /** @description How to make a case of an execution. */
        FromExecution: {
            /** @description Other arguments than the recorded ones: needed where parts of these are hidden. */
            arguments?: Record<string, unknown> | null;
            /** @description The context; the recorded call and conversation when absent. */
            context?: Record<string, unknown> | null;
            /**
             * @description What to call it; named after the execution when absent.
             * @default null
             */
            name?: string | null;
            /**
             * @description Whether the upstream is stubbed with what is recorded; otherwise it is the real one.
             * @default true
             */
            stub?: boolean;
        };
        /** @description Address (as `email` or `username`) and password; empty for who shows a valid token. */
        GetToken: {
            /** @description The e-mail address. */
            email?: string | null;
            /**
             * Format: password
             * @description The password.
             */
            password?: string | null;
            /** @description The e-mail address, by its other name. */
            username?: string | null;
        };
        /** @description A tool whose operation the source does not have any more. */
        Gone: {
            /** @description Its name. */
            name: string;
            /** @description The operation. */
            operation: string;
            /** @description The tool. */
            tool_id: components["schemas"]["tool_id"];
        };
        /** @description A user with whom a tool was shared by name. */
        Grant: {
            /** @description Since when. */
            created_at: components["schemas"]["Timestamp"];
            /** @description Their e-mail address. */
            email: string;
            /** @description The user. */
            user_id: components["schemas"]["user_id"];
        };
        grant_id: string;
        /** @description Credits to add. */
        GrantCredits: {
            /** @description How many; less than nothing takes some away. */
            amount: components["schemas"]["Credits"];
            /** @description Why, at most 500 characters. */
            note?: string | null;
        };
        /** @description What a tool for such requests would look like. */
        Guess: {
            /** @description The configuration of an `http` tool; absent when the sample has no address. */
            config?: Record<string, unknown> | null;
            /** @description What calling it would do, by the method. */
            effect: string;
            /** @description What was guessed and should be looked at. */
            notes: string[];
            /** @description JSON Schema of the arguments. */
            parameters: Record<string, unknown>;
            /** @description Secrets to set before it is saved. */
            secrets: string[];
        };
        /** @description Who goes on with a conversation: the run of another agent. */
        HandedTo: {
            /** @description The agent. */
            agent_id: components["schemas"]["asst_id"];
            /** @description Its name. */
            agent_name: string;
            /** @description Its run. */
            run_id: components["schemas"]["run_id"];
            /** @description The thread that it goes on with: the same, or a new one where nothing but the last words were passed on. */
            thread_id: components["schemas"]["thread_id"];
        };
        hdl_id: string;
        /** @description The end of a chain. */
        Head: {
            /** @description Its hash. */
            hash: string;
            /**
             * Format: int64
             * @description The number of the last row; 0 before the first.
             */
            seq: number;
        };
        /** @description How a server is. */
        Health: {
            /** @description Always `ok`; a server that is not answers with an error. */
            status: string;
            /** @description The program's version. */
            version: string;
        };
        /**
         * @description The hash function of a signature.
         * @enum {string}
         */
        HmacAlgorithm: "sha256" | "sha512" | "sha1";
        /** @description A signature by HMAC. */
        HmacRule: {
            /**
             * @description The hash function.
             * @default sha256
             */
            algorithm?: components["schemas"]["HmacAlgorithm"];
            /**
             * @description How the signature is written.
             * @default hex
             */
            encoding?: components["schemas"]["SignatureEncoding"];
            /**
             * @description The header that holds the message's own id, for `{id}` in `payload_format`.
             * @default null
             */
            message_id_header?: string | null;
            /**
             * @description What is signed: `{body}`, `{timestamp}`, `{id}` (or `{svix-id}`), `{method}` and `{url}` are filled in.
             * @default {timestamp}.{body}
             */
            payload_format?: string;
            /**
             * @description Whether the secret is base64 of the key.
             * @default false
             */
            secret_is_base64?: boolean;
            /**
             * @description The header that holds the signature.
             * @default x-signature
             */
            signature_header?: string;
            /**
             * @description What stands before the signature in it, such as `sha256=`.
             * @default
             */
            signature_prefix?: string;
            /**
             * @description The header that holds the time, in seconds or milliseconds since 1970; `null` when there is none. Then an old
             *     request cannot be told from a new one.
             * @default x-timestamp
             */
            timestamp_header?: string | null;
            /**
             * Format: int32
             * @description How old a request may be, in seconds.
             * @default 300
             */
            tolerance_s?: number;
        };
        /** @description An address at which others start something here. */
        Hook: components["schemas"]["HookRules"] & {
            /** @description When it was made. */
            created_at: components["schemas"]["Timestamp"];
            /** @description Whether it takes anything. */
            enabled: boolean;
            /** @description Its id. */
            id: components["schemas"]["hook_id"];
            /** @description The organization it belongs to. */
            organization_id: components["schemas"]["org_id"];
            /** @description Whose form its requests have. */
            platform: components["schemas"]["HookPlatform"];
            /** @description When it got its secret. */
            rotated_at: components["schemas"]["Timestamp"];
            /** @description The beginning of the secret, to know it by. */
            secret_hint: string;
            /** @description Its name in the address, one of its kind on this server. */
            slug: string;
            /** @description When it was last changed. */
            updated_at: components["schemas"]["Timestamp"];
            /** @description Whoever made it: what it starts is done with their rights, as they are then. */
            user_id: components["schemas"]["user_id"];
        };
        hook_id: string;
        /** @description The answer to a request to a hook. */
        HookAnswer: {
            /** @description What was carried out: a tool's name, an agent's, or a workflow's. */
            action: string;
            /** @description The thread of an agent's run; sent as `conversation_id` the next time, the agent goes on with it. */
            conversation_id?: string | null;
            /** @description Whether this is the outcome of an earlier request with the same key. */
            duplicate?: boolean;
            error?: components["schemas"]["ToolError"] | null;
            execution_id?: components["schemas"]["exec_id"] | null;
            /** @description A sentence about the result, or about what is waited for. */
            message?: string | null;
            /** @description The result. */
            result?: unknown;
            run_id?: components["schemas"]["run_id"] | null;
            status: ("done" | "failed" | "pending" | "refused") & Record<string, unknown>;
            /** @description Where to ask how it stands, without a token, for a day; while it goes on. */
            status_url?: string | null;
        };
        /** @description A request that came to a hook. */
        HookDelivery: {
            /** @description What was asked for: a tool's name. */
            action?: string | null;
            /** @description Where it came from. */
            address?: string | null;
            /** @description When it came. */
            created_at: components["schemas"]["Timestamp"];
            /**
             * Format: double
             * @description From its arrival to its answer, in milliseconds.
             */
            duration_ms: number;
            /** @description Why it was refused, or failed. */
            error?: string | null;
            execution_id?: components["schemas"]["exec_id"] | null;
            /** @description The hook. */
            hook_id: components["schemas"]["hook_id"];
            /** @description Its id. */
            id: components["schemas"]["hdl_id"];
            /** @description The key under which it acts once. */
            idempotency_key?: string | null;
            /** @description The organization. */
            organization_id: components["schemas"]["org_id"];
            /** @description What became of it. */
            outcome: components["schemas"]["HookOutcome"];
            run_id?: components["schemas"]["run_id"] | null;
        };
        /** @description A hook together with its secret, which is shown this once. */
        HookMade: {
            /** @description The address to give to whoever uses it. */
            address: string;
            /** @description The hook. */
            hook: components["schemas"]["Hook"];
            /** @description The secret. Nobody can read it back. */
            secret: string;
        };
        /**
         * @description What became of a request.
         * @enum {string}
         */
        HookOutcome: "done" | "failed" | "pending" | "refused";
        /**
         * @description Whose form the requests have.
         * @enum {string}
         */
        HookPlatform: "automation" | "vapi" | "retell";
        /** @description How requests show that they come from whom they should. */
        HookProtection: {
            /** @description The header that holds it and nothing else, besides `Authorization`. */
            header?: string | null;
            /** @enum {string} */
            type: "token";
        } | (components["schemas"]["HmacRule"] & {
            /** @enum {string} */
            type: "hmac";
        }) | {
            /**
             * Format: int32
             * @description How old a request may be, in seconds.
             */
            tolerance_s?: number;
            /** @enum {string} */
            type: "standard_webhooks";
        } | {
            /**
             * Format: int32
             * @description How old a request may be, in seconds.
             */
            tolerance_s?: number;
            /** @enum {string} */
            type: "retell";
        };
        /** @description What is asked for. Other fields are passed over, because platforms add their own. */
        HookRequest: {
            /**
             * @description Which of the hook's tools; not needed where there is only one. For an agent or a workflow, a word about what is
             *     wanted.
             * @default null
             */
            action?: string | null;
            /**
             * @description The agent that the sender works for, as a word about the circumstances.
             * @default null
             */
            agent_id?: string | null;
            /**
             * @description The conversation that it belongs to. An agent goes on with it if it is one that the hook began.
             * @default null
             */
            conversation_id?: string | null;
            /**
             * @description Names the intent: however often it is sent with this key, it acts once.
             * @default null
             */
            idempotency_key?: string | null;
            /** @description The tool's arguments, or what the workflow is given. An agent is told `message` of it, else all of it. */
            parameters?: Record<string, unknown>;
            /**
             * @description An address that is sent the outcome, signed as in Standard Webhooks.
             * @default null
             */
            webhook_response_url?: string | null;
        };
        /** @description What a hook does, as its maker writes it. */
        HookRules: {
            /** @description The only addresses or networks from which requests are taken; from anywhere when empty. */
            addresses?: string[];
            /** @description How requests show where they come from. */
            protection: components["schemas"]["HookProtection"];
            /**
             * Format: int32
             * @description The most requests in a minute.
             */
            rate_per_minute: number;
            /** @description The secret that signs late results; it begins with `WEBHOOK_`. `WEBHOOK_SIGNING_SECRET` when there is one. */
            response_secret?: string | null;
            /** @description What it may start. */
            target?: components["schemas"]["HookTarget"];
            /** @description Whether what the requests tell about the circumstances counts as verified. Only an administrator may say so. */
            trusted?: boolean;
            /**
             * Format: int32
             * @description How long a request waits for its result, in milliseconds.
             */
            wait_ms: number;
        };
        /** @description A hook as its maker writes it. It holds a secret, so it cannot be printed. */
        HookSpec: {
            /** @description The only addresses or networks from which requests are taken; from anywhere when empty. */
            addresses?: string[];
            /** @description Whether it takes anything; true unless said otherwise. */
            enabled?: boolean;
            platform?: ("automation" | "vapi" | "retell") & Record<string, unknown>;
            protection?: components["schemas"]["HookProtection"] | null;
            /**
             * Format: int32
             * @description The most requests in a minute; 600 when absent.
             */
            rate_per_minute?: number | null;
            /**
             * @description The secret that signs late results; it begins with `WEBHOOK_`. `WEBHOOK_SIGNING_SECRET` when absent and there is
             *     one.
             */
            response_secret?: string | null;
            /**
             * Format: password
             * @description The secret, where the platform has one already: for Retell the account's API key. A fresh one when absent. It is
             *     changed by `rotate`, and by nothing else.
             */
            secret?: string | null;
            /**
             * @description Its name in the address, one of its kind on this server; made up when absent.
             * @example crm-updates
             */
            slug?: string | null;
            /** @description What it may start. */
            target?: components["schemas"]["HookTarget"];
            /**
             * @description Whether what the requests tell about the circumstances counts as verified. Only an administrator may say so. For
             *     Vapi and Retell, when absent, it does if an administrator makes the hook.
             */
            trusted?: boolean | null;
            /**
             * Format: int32
             * @description How long a request waits for its result, in milliseconds; 25,000, for Vapi 18,000 and for Retell 110,000 when
             *     absent.
             */
            wait_ms?: number | null;
        };
        /**
         * @description What a hook may start. With `workflow` a run of it, with `tools` a call of one of them, with `agent` alone a run of
         *     that agent. For Vapi and Retell it names the tools that they may call; all that the hook's maker may call (or that
         *     the agent has) when it names none.
         */
        HookTarget: {
            /**
             * @description The agent that is run; with tools, the agent through which they are called. A name or an id.
             * @default null
             */
            agent?: string | null;
            /**
             * @description The tools that may be called, by name. Where there is one, `action` need not be said.
             * @default []
             */
            tools?: string[];
            /**
             * @description The workflow that is run, by name or id.
             * @default null
             */
            workflow?: string | null;
        };
        /**
         * @description An HTTP request with templates in it.
         *
         *     Texts may hold `${NAME}` (a secret or a call field) and `{{ expression }}`. A text that is one
         *     expression and nothing else keeps the JSON type of its value in `query` and in JSON and form bodies.
         */
        HttpConfig: {
            /** @description How we identify ourselves upstream. */
            auth?: components["schemas"]["Auth"];
            body?: components["schemas"]["Body"] | null;
            callback?: components["schemas"]["CallbackSetting"] | null;
            /** @description Sent as they are; a value that renders to nothing is left out. */
            headers?: {
                [key: string]: string;
            };
            idempotency?: components["schemas"]["Idempotency"] | null;
            /**
             * Format: int32
             * @description The most bytes to read of an answer, after decompression. Default 4 MiB, at most 32 MiB.
             */
            max_response_bytes?: number | null;
            /** @description Any HTTP method but CONNECT and TRACE. */
            method?: string;
            /** @description A body of a known form instead of `body`. */
            preset?: "automation" | null;
            /** @description Added to the query; a list gives the name once for each item, `null` leaves it out. */
            query?: Record<string, unknown>;
            /**
             * Format: int32
             * @description How many redirects to follow.
             */
            redirects?: number;
            /** @description Statuses that mean success besides 200 to 299. */
            success_status_codes?: number[];
            /** @description The address. Scheme, host and port must be literal, or come from a secret; path and query may be templates. */
            url: string;
        };
        /** @description How the upstream recognises a repeated request. Give `header` or `field`; neither means the header `Idempotency-Key`. */
        Idempotency: {
            /**
             * @description The field of a JSON or form body that carries the key.
             * @default null
             */
            field?: string | null;
            /**
             * @description The header that carries the key.
             * @default null
             */
            header?: string | null;
            /**
             * @description Whether the upstream is known to honour it: only then may a write be sent again.
             * @default false
             */
            honoured?: boolean;
        };
        /**
         * @description What was done with one part of a bundle.
         * @enum {string}
         */
        ImportAction: "created" | "updated" | "unchanged" | "proposed" | "skipped" | "conflict";
        /** @description One part of a bundle, and what was done with it. */
        Imported: {
            /** @description What was done, or would be. */
            action: components["schemas"]["ImportAction"];
            /** @description What differs from what was there. */
            diff: components["schemas"]["Change"][];
            /** @description Its name. */
            name: string;
            /** @description What works but may surprise. */
            warnings: string[];
        };
        /** @description Where a tool came from. */
        ImportedTool: {
            /** @description When it was imported first. */
            created_at: components["schemas"]["Timestamp"];
            /** @description The format. */
            format: string;
            /** @description The SHA-256 of what was generated last. */
            hash: string;
            /** @description Its name. */
            name: string;
            /** @description The operation. */
            operation: string;
            /** @description The source. */
            source: string;
            /** @description The tool. */
            tool_id: components["schemas"]["tool_id"];
            /** @description When it was imported last. */
            updated_at: components["schemas"]["Timestamp"];
        };
        /**
         * @description The format of a document.
         * @enum {string}
         */
        ImportFormat: "auto" | "openapi" | "openai" | "curl" | "postman" | "voice" | "elevenlabs" | "vapi";
        /** @description One operation and its tool. */
        ImportItem: {
            /** @description Fields that the source and somebody here both changed. */
            conflicts: components["schemas"]["Conflict"][];
            /** @description What changes in a tool that is there already. */
            diff: components["schemas"]["Change"][];
            /** @description What calling it does to the world. */
            effect: components["schemas"]["Effect"];
            /** @description Why it failed. */
            error?: string | null;
            /** @description Fields that were changed here and stay so. */
            kept: string[];
            /** @description Its method; empty where there is none. */
            method: string;
            /** @description The tool's name. */
            name: string;
            /** @description What the operation is recognised by. */
            operation: string;
            /** @description Its path or address; empty where there is none. */
            path: string;
            /** @description The secrets that it sends to its address, set or not: look at them before you trust a document of others. */
            secrets: string[];
            /** @description What was done, or would be. */
            state: components["schemas"]["ItemState"];
            /** @description Its tags or folders. */
            tags: string[];
            /** @description About how many tokens its definition costs. */
            tokens: number;
            tool?: components["schemas"]["ToolSpec"] | null;
            tool_id?: components["schemas"]["tool_id"] | null;
            /** @description What could not be carried over, or may surprise. */
            warnings: string[];
        };
        /** @description What an import did, or would do. */
        ImportReport: {
            /** @description Whether it was done. */
            applied: boolean;
            /** @description The format. */
            format: components["schemas"]["ImportFormat"];
            /** @description Tools that came from this source, whose operation it does not have any more. They stay as they are. */
            gone: components["schemas"]["Gone"][];
            /** @description The chosen operations. */
            items: components["schemas"]["ImportItem"][];
            /** @description Secrets that the tools name and that are not set yet. */
            missing_secrets: string[];
            /** @description How many operations the document has. */
            operation_count: number;
            /** @description Chosen operations that cannot become a tool. */
            skipped: components["schemas"]["Skipped"][];
            /** @description What the source is called. */
            source: string;
            /** @description What the document calls itself. */
            title?: string | null;
            /** @description About how many tokens the definitions of all chosen tools cost a model in every turn: bytes divided by four. */
            tokens: number;
            /** @description What is true of the document as a whole. */
            warnings: string[];
        };
        /** @description What is to be imported. */
        ImportSpec: {
            /** @description The document, as a text or as JSON. */
            document?: unknown;
            /**
             * @description The document's format; without it, whatever it looks like.
             * @default auto
             */
            format?: components["schemas"]["ImportFormat"];
            /**
             * @description Whether to give the whole of each tool.
             * @default false
             */
            include_tools?: boolean;
            /**
             * @description What of it, and how.
             * @default {
             *       "response_schemas": false
             *     }
             */
            options?: components["schemas"]["Options"];
            /**
             * @description What the source is called, to recognise it next time. Without it: the address, or the document's title.
             * @default null
             */
            source?: string | null;
            /**
             * @description Whose value stays where the source and somebody here both changed a field.
             * @default ours
             */
            take?: components["schemas"]["Take"];
            /**
             * @description Where to fetch the document instead.
             * @default null
             */
            url?: string | null;
        };
        inc_id: string;
        /** @description One time that a rule fired. */
        Incident: {
            /** @description What was seen. */
            facts: components["schemas"]["IncidentFacts"];
            /** @description When it fired. */
            fired_at: components["schemas"]["Timestamp"];
            /** @description Its id. */
            id: components["schemas"]["inc_id"];
            resolved_at?: components["schemas"]["Timestamp"] | null;
            /** @description The rule. */
            rule_id: components["schemas"]["alert_id"];
            /** @description The rule's name at that time. */
            rule_name: string;
            /** @description How it stands. */
            state: components["schemas"]["IncidentState"];
        };
        /** @description What was seen when a rule fired. */
        IncidentFacts: {
            /** @description Why it ended, when that was not by itself. */
            ended_by?: string | null;
            /** @description What happened, in a sentence. */
            message: string;
            /**
             * Format: int32
             * @description How often somebody was told, reminders included. 0: another notification of the rule was too recent.
             */
            notifications: number;
            /** @description How bad it is. */
            severity: components["schemas"]["Severity"];
            /**
             * Format: double
             * @description Where it fires.
             */
            threshold: number;
            /** @description `executions`, `share` or `ms`. */
            unit: string;
            /**
             * Format: double
             * @description The value that made it fire.
             */
            value: number;
        };
        /**
         * @description How an incident stands.
         * @enum {string}
         */
        IncidentState: "firing" | "resolved";
        inst_id: string;
        /** @description A tool that came from somewhere. */
        InstalledTool: {
            /** @description The note's own id. */
            id: components["schemas"]["inst_id"];
            /** @description When. */
            installed_at: components["schemas"]["Timestamp"];
            /** @description Who took it over. */
            installed_by: components["schemas"]["user_id"];
            /** @description Whether the source can still be seen; absent when there is nothing to follow. */
            is_available?: boolean | null;
            /** @description Whether it was edited here since. */
            is_edited: boolean;
            /** @description Its name here. */
            name: string;
            /** @description What they are called, while they show the tool. */
            publisher?: string | null;
            publisher_id?: components["schemas"]["org_id"] | null;
            /** @description SHA-256 of what was taken over. */
            sha256: string;
            /** @description What it came from. */
            source: components["schemas"]["InstallSource"];
            /** @description Which one: a tool's id, a template's slug, a name in a bundle. */
            source_id: string;
            /**
             * Format: int64
             * @description The source's revision when it was taken over.
             */
            source_revision: number;
            /** @description The source's semantic version when it was taken over. */
            source_version: string;
            /** @description The tool. */
            tool_id: components["schemas"]["tool_id"];
            update?: components["schemas"]["Update"] | null;
            /** @description When it last followed its source. */
            updated_at: components["schemas"]["Timestamp"];
            /** @description Its semantic version here. */
            version: string;
        };
        /** @description How to install a pack. */
        InstallPack: {
            /**
             * @description Only say what would be made.
             * @default false
             */
            dry_run?: boolean;
            /**
             * @description Put before the names of tools and agents, for example `clinic`: lower-case letters, digits and `_`, at most 20.
             * @default null
             */
            prefix?: string | null;
        };
        /**
         * @description What a tool was copied from.
         * @enum {string}
         */
        InstallSource: "library" | "template" | "bundle" | "settings";
        /** @description How to take a copy. */
        InstallTool: {
            /**
             * @description An agent that gets the tool, by name or id.
             * @default null
             */
            agent?: string | null;
            /**
             * @description Only say what would be made.
             * @default false
             */
            dry_run?: boolean;
            /**
             * @description The copy's name; the tool's own when absent.
             * @default null
             */
            name?: string | null;
        };
        /** @description An invitation that has not been taken up. */
        Invitation: {
            /** @description When it was made. */
            created_at: components["schemas"]["Timestamp"];
            /** @description Whom it invites. */
            email: string;
            /** @description Until when it can be taken up. */
            expires_at: components["schemas"]["Timestamp"];
            /** @description Its id. */
            id: components["schemas"]["grant_id"];
            /** @description Who invited them. */
            invited_by: components["schemas"]["user_id"];
            /** @description What they will be. */
            role: components["schemas"]["Role"];
        };
        /** @description An invitation with its text. */
        InvitationMade: components["schemas"]["Invitation"] & {
            /** @description The text to send to the address; shown this once. */
            token: string;
        };
        /** @description Whom to invite. */
        Invite: {
            /** @description Their e-mail address. */
            email: string;
            /** @description What they will be, at most one's own role. */
            role: components["schemas"]["Role"];
        };
        /**
         * @description What an import does to one tool.
         * @enum {string}
         */
        ItemState: "new" | "changed" | "unchanged" | "created" | "updated" | "proposed" | "name_taken" | "failed";
        /** @description A durable unit of background work. */
        Job: {
            /**
             * Format: int64
             * @description How often it was tried since it last got anywhere.
             */
            attempts: number;
            /** @description When it was made. */
            created_at: components["schemas"]["Timestamp"];
            ended_at?: components["schemas"]["Timestamp"] | null;
            /**
             * Format: int64
             * @description Counts its owners; a former owner can change nothing any more.
             */
            epoch: number;
            /** @description What went wrong last. */
            error?: string | null;
            /** @description Its id. */
            id: components["schemas"]["job_id"];
            /** @description What it does. */
            kind: components["schemas"]["JobKind"];
            /**
             * Format: int64
             * @description How often it may be tried without getting anywhere.
             */
            max_attempts: number;
            /** @description The organization it belongs to. */
            organization_id: components["schemas"]["org_id"];
            /**
             * Format: int64
             * @description Higher goes first; 0 unless said otherwise.
             */
            priority: number;
            /** @description Not before this time. */
            run_at: components["schemas"]["Timestamp"];
            schedule_id?: components["schemas"]["sch_id"] | null;
            started_at?: components["schemas"]["Timestamp"] | null;
            /** @description Where it stands. */
            state: components["schemas"]["JobState"];
            /** @description The run that it carries, or the execution that it made. */
            subject?: string | null;
            /** @description What it is about, in words: the agent's or the tool's name. */
            title: string;
            /** @description When it last changed. */
            updated_at: components["schemas"]["Timestamp"];
            /** @description Whoever asked for it. */
            user_id: components["schemas"]["user_id"];
        };
        job_id: string;
        /**
         * @description What a job does.
         * @enum {string}
         */
        JobKind: "run" | "call";
        /** @description What a job came to. */
        JobResult: {
            completed_at?: components["schemas"]["Timestamp"] | null;
            /** @description The answer; of a workflow what it came to, as a text. */
            response: string;
            /** @description The run. */
            run_id: components["schemas"]["run_id"];
            /** @description Its thread; a later run goes on with it. */
            thread_id: components["schemas"]["thread_id"];
            /** @description Tokens used. */
            usage: components["schemas"]["Usage"];
            /** @description What each step of a workflow said or gave. */
            workflow_results?: components["schemas"]["WorkflowResult"][] | null;
        };
        /** @description A call of a tool in the background. */
        JobSpec: {
            /** @description The agent through which it is called, by name or id. */
            agent?: string | null;
            /** @description Its arguments. */
            arguments?: Record<string, unknown>;
            /** @description Where it is used, for tools that are allowed in some places only; `webhook` unless said otherwise. */
            channel?: ("call" | "chat" | "sms" | "webhook" | "test" | "mcp") | null;
            /** @description What is known about the circumstances. */
            context?: Record<string, unknown>;
            /**
             * Format: int32
             * @description Not before this many seconds from now; at most a year.
             */
            delay_s?: number;
            /**
             * Format: int64
             * @description How often it may be tried before it is laid aside.
             */
            max_attempts?: number;
            /**
             * Format: int64
             * @description Higher goes first where jobs wait for a worker.
             */
            priority?: number;
            /** @description The tool's name or id. */
            tool: string;
            webhook?: components["schemas"]["WebhookTarget"] | null;
        };
        /**
         * @description Where a job stands.
         * @enum {string}
         */
        JobState: "queued" | "running" | "waiting" | "done" | "dead" | "cancelled";
        /** @description The guide's status of a job. Also the body of its webhook. */
        JobStatus: {
            completed_at?: components["schemas"]["Timestamp"] | null;
            /** @description When it was asked for. */
            created_at: components["schemas"]["Timestamp"];
            /**
             * Format: int64
             * @description Seconds since it was asked for, or that it took.
             */
            elapsed_seconds: number;
            /** @description Why there is no result. */
            error_message?: string | null;
            /**
             * Format: int64
             * @description Seconds that it will probably take from now on, by the agent's last runs; `null` when nobody can tell.
             */
            estimated_remaining?: number | null;
            /** @description The job. */
            job_id: components["schemas"]["job_id"];
            /** @description Always `200`. */
            response: string;
            result?: components["schemas"]["JobResult"] | null;
            started_at?: components["schemas"]["Timestamp"] | null;
            /** @description `queued`, `processing`, `waiting`, `completed`, `failed` or `cancelled`. */
            status: string;
        };
        /**
         * @description The types of JSON values.
         * @enum {string}
         */
        JsonType: "string" | "number" | "integer" | "boolean" | "object" | "array" | "null";
        /**
         * @description What carries a tool out.
         * @enum {string}
         */
        Kind: "http" | "system" | "python" | "business" | "client" | "agent" | "workflow" | "mcp";
        /** @description How a case went when it was last run. */
        LastRun: {
            /** @description When. */
            at: components["schemas"]["Timestamp"];
            /** @description How it went. */
            result: components["schemas"]["CaseResult"];
            /**
             * Format: int64
             * @description The revision of the tool that was tested.
             */
            tool_revision: number;
        };
        /**
         * @description How much a change means to those who call a tool.
         * @enum {string}
         */
        Level: "patch" | "minor" | "major";
        /** @description A public tool of another organization. */
        LibraryTool: {
            /** @description A word to sort by. */
            category?: string | null;
            /** @description What it does and when to use it. */
            description: string;
            /** @description What people call it. */
            display_name: string;
            /** @description What calling it does to the world. */
            effect: components["schemas"]["Effect"];
            /** @description The tool's id there. */
            id: components["schemas"]["tool_id"];
            /**
             * Format: int64
             * @description How many copies organizations have.
             */
            installs: number;
            /** @description What carries it out. */
            kind: components["schemas"]["Kind"];
            /** @description Its name there. */
            name: string;
            /** @description Whose it is. */
            publisher: components["schemas"]["Publisher"];
            /**
             * Format: int64
             * @description Its revision.
             */
            revision: number;
            /** @description The secrets that a copy needs. */
            secrets: string[];
            tool?: components["schemas"]["ToolSpec"] | null;
            /** @description When it last changed. */
            updated_at: components["schemas"]["Timestamp"];
            /** @description Where its requests go, when that is known before a call. */
            url?: string | null;
            /** @description Its semantic version. */
            version: string;
            /** @description What was left out or replaced, and why. */
            warnings?: string[];
        };
        /** @description The limits of an agent or an organization, beside those of its tools. */
        Limits: {
            /** @default null */
            breaker?: components["schemas"]["BreakerForm"] | null;
            /** @default null */
            concurrency?: components["schemas"]["ConcurrencyForm"] | null;
            /**
             * @description How often; one limit or a list of at most 8.
             * @default []
             */
            rate_limit?: components["schemas"]["RateLimitForm"];
        };
        /** @description How a tool stands with its limits. */
        LimitStatus: {
            /** @description The tool's breaker and its host's. */
            breakers: components["schemas"]["BreakerStatus"][];
            cache?: components["schemas"]["CacheStatus"] | null;
            /** @description Every limit on how many run at once. */
            concurrency: components["schemas"]["ConcurrencyStatus"][];
            /** @description Every rate limit, in the order in which they are asked. */
            rate_limits: components["schemas"]["RateStatus"][];
        };
        /** @description A row's place in the chain of its organization. */
        Link: {
            /** @description SHA-256 of this row and `prev_hash`, in hexadecimal. */
            hash: string;
            /** @description The hash of the row before it; of the first row, of how many rows are older than the chain. */
            prev_hash: string;
            /**
             * Format: int64
             * @description Counts up from 1 without a gap.
             */
            seq: number;
        };
        /** @description A decision by a signed link. */
        LinkDecision: {
            /** @description `approve` or `deny`. */
            decision: components["schemas"]["Choice"];
            /** @description Why. */
            note?: string | null;
            /**
             * Format: int64
             * @description The ticket's `revised` that was looked at.
             */
            revised?: number | null;
        };
        /** @description A frame of the live stream. */
        LiveFrame: components["schemas"]["Event"] | components["schemas"]["Missed"];
        /** @description What exactly a tool was. */
        Lock: {
            /**
             * Format: int64
             * @description Its revision where the bundle was first made.
             */
            revision: number;
            /** @description SHA-256 of the tool as it stands in the bundle, as JSON with sorted fields. */
            sha256: string;
            /** @description Its semantic version. */
            version: string;
        };
        /** @description A case that was made of an execution. */
        MadeCase: {
            /** @description The case. */
            case: components["schemas"]["Case"];
            /** @description What the log could not tell, and what to do about it. */
            warnings: string[];
        };
        mcp_id: string;
        /** @description How we say who we are to an MCP server. */
        McpAuth: {
            /** @enum {string} */
            type: "none";
        } | {
            /** @description The secret's name. */
            secret: string;
            /** @enum {string} */
            type: "bearer";
        } | {
            /** @description The header's name, for example `X-API-Key`. */
            header: string;
            /** @description The secret's name. */
            secret: string;
            /** @enum {string} */
            type: "header";
        } | {
            /** @description How the client's own credentials are sent. */
            client_auth?: components["schemas"]["ClientAuth"];
            /** @description The client's id. */
            client_id: string;
            /** @description The scopes to ask for. */
            scopes?: string[];
            /** @description The name of the secret that is the client's. */
            secret: string;
            /** @description Where tokens are given out. */
            token_url?: string | null;
            /** @enum {string} */
            type: "client_credentials";
        } | {
            /** @description Where people sign in, for a server without metadata; with `token_url`. */
            authorization_url?: string | null;
            client_auth?: components["schemas"]["ClientAuth"] | null;
            /** @description A client that was registered by hand. Without it we register ourselves where the authorization server allows it. */
            client_id?: string | null;
            /** @description The authorization server. */
            issuer?: string | null;
            /** @description The scopes to ask for, in the place of those that the server names. */
            scopes?: string[];
            /** @description The name of the secret that is that client's, if it has one. */
            secret?: string | null;
            /** @description Where tokens are given out; with `authorization_url`. */
            token_url?: string | null;
            /** @enum {string} */
            type: "authorization_code";
        };
        /** @description A tool of a registered MCP server. */
        McpConfig: {
            /**
             * @description The hash of the definition that was agreed to: calls are refused while the server shows another one. Filled in
             *     when the tool is saved, if the server's tools are known then.
             */
            definition?: string | null;
            /** @description The name of the registered server. The guide's name is `server_name`. */
            server: string;
            /** @description The tool's name there. The guide's name is `tool_name`. */
            tool: string;
        };
        /** @description A tool as its server defines it. */
        McpDefinition: {
            /** @description What the server hints at: `readOnlyHint`, `destructiveHint` and others. */
            annotations?: Record<string, unknown> | null;
            /** @description What it does. */
            description?: string | null;
            /** @description JSON Schema of its arguments. */
            input_schema: Record<string, unknown>;
            /** @description Its name there. */
            name: string;
            /** @description JSON Schema of its structured result. */
            output_schema?: Record<string, unknown> | null;
            /** @description Its title. */
            title?: string | null;
        };
        /** @description What was found out about a server when it was last asked. */
        McpFound: {
            authorization?: components["schemas"]["Authorization"] | null;
            /** @description The address that answers: the registered one, or `{url}/mcp`. */
            endpoint?: string | null;
            /** @description Why it could not be asked the last time. */
            error?: string | null;
            /** @description What it says about its use; the beginning of it. */
            instructions?: string | null;
            /** @description The version of the protocol that is spoken. */
            protocol_version?: string | null;
            refreshed_at?: components["schemas"]["Timestamp"] | null;
            /** @description What the server calls itself. */
            server_name?: string | null;
            /** @description Its version. */
            server_version?: string | null;
            /**
             * Format: int32
             * @description How many tools it offers.
             */
            tools?: number;
        };
        /**
         * @description Which era of the protocol is spoken.
         * @enum {string}
         */
        McpProtocol: "auto" | "initialize" | "stateless";
        /** @description A registered MCP server. */
        McpServer: components["schemas"]["McpServerSpec"] & {
            /** @description When it was registered. */
            created_at: components["schemas"]["Timestamp"];
            /** @description Who registered it. */
            created_by: components["schemas"]["user_id"];
            /** @description What was found out about it. */
            found: components["schemas"]["McpFound"];
            /** @description Its id. */
            id: components["schemas"]["mcp_id"];
            /** @description When it was last changed. */
            updated_at: components["schemas"]["Timestamp"];
        };
        /** @description What is said of an MCP server. */
        McpServerSpec: {
            /** @description Its arguments. */
            args?: string[];
            /** @description How we say who we are. */
            auth?: components["schemas"]["McpAuth"];
            /** @description Words about what it can do. The server does nothing by them. */
            capabilities?: string[];
            /** @description The program that is the server, with `stdio`. The operator allows each by the setting `mcp_stdio_commands`. */
            command?: string | null;
            /**
             * Format: int32
             * @description How long connecting may take, the handshake included, in milliseconds.
             */
            connect_timeout_ms?: number;
            /** @description Its environment, and nothing else of ours; `${NAME}` in a value is a secret. */
            env?: {
                [key: string]: string;
            };
            /** @description More headers of every request; `${NAME}` in a value is a secret. */
            headers?: {
                [key: string]: string;
            };
            /**
             * Format: int32
             * @description How long a session without calls is kept, in seconds.
             */
            idle_timeout_s?: number;
            /** @description Whether its tools may be called. */
            is_enabled?: boolean;
            /**
             * Format: int32
             * @description The most calls at once; more wait.
             */
            max_concurrency?: number;
            /**
             * Format: int32
             * @description The most bytes of one answer.
             */
            max_response_bytes?: number;
            /** @description A name, unique in the organization; tools name the server by it. */
            name: string;
            /** @description Which era of the protocol is spoken. */
            protocol?: components["schemas"]["McpProtocol"];
            transport?: components["schemas"]["McpTransport"] | null;
            /** @description Its address. Where this one does not speak MCP, `{url}/mcp` is tried. */
            url?: string | null;
        };
        /**
         * @description How a tool of an MCP server stands with us.
         * @enum {string}
         */
        McpToolState: "available" | "adopted" | "quarantined" | "gone";
        /**
         * @description How a server is reached.
         * @enum {string}
         */
        McpTransport: "streamable_http" | "stdio";
        /** @description A tool of an MCP server as it was last seen. */
        McpUpstreamTool: components["schemas"]["McpDefinition"] & {
            /** @description Our tool's name, when it was taken over. */
            adopted_as?: string | null;
            /** @description When its definition last changed. */
            changed_at: components["schemas"]["Timestamp"];
            /** @description When it was first seen. */
            first_seen_at: components["schemas"]["Timestamp"];
            /** @description The definition's hash. */
            hash: string;
            /** @description How it stands with us. */
            state: components["schemas"]["McpToolState"];
            tool_id?: components["schemas"]["tool_id"] | null;
        };
        /** @description What is known about the caller. */
        Me: {
            /** @description Their e-mail address. */
            email: string;
            /** @description Whether they can sign in with a password. */
            has_password: boolean;
            /** @description Every organization that they are a member of; for a token only the one in which it works. */
            memberships: components["schemas"]["Membership"][];
            /** @description Their name. */
            name: string;
            /** @description The organization in which they ask. */
            organization: components["schemas"]["Organization"];
            /** @description What they may do here: the lesser of the token's role and the member's. */
            role: components["schemas"]["Role"];
            /** @description What the token may be used for; empty means all that the role allows. */
            scopes: components["schemas"]["Scope"][];
            /** @description The user. */
            user_id: components["schemas"]["user_id"];
        };
        /** @description A user as a member of one organization. */
        Member: {
            /** @description Since when. */
            created_at: components["schemas"]["Timestamp"];
            /** @description Their e-mail address, lower case. */
            email: string;
            /** @description Their name. */
            name: string;
            /** @description What they are here. */
            role: components["schemas"]["Role"];
            /** @description The user's id. */
            user_id: components["schemas"]["user_id"];
        };
        /** @description An organization as one of its members sees it. */
        Membership: {
            /** @description The organization. */
            organization: components["schemas"]["Organization"];
            /** @description What one is there. */
            role: components["schemas"]["Role"];
        };
        /** @description A field that was changed here and there, and not in the same way. */
        MergeConflict: {
            /** @description What was taken over. */
            base?: unknown;
            /** @description What it is here. */
            ours?: unknown;
            /** @description The field, dotted. */
            path: string;
            /** @description What it is at the source. */
            theirs?: unknown;
        };
        /** @description What became of one tool of the settings, or would. */
        MigratedTool: {
            /** @description What was done to the tool, or would be. */
            action: components["schemas"]["Action"];
            /** @description What differs from before. */
            diff: components["schemas"]["Change"][];
            /** @description The tool's name. */
            name: string;
            /** @description Whether the agent did not have it yet. */
            newly_assigned: boolean;
            /** @description What the settings call it. */
            setting: string;
        };
        /** @description Settings to migrate. */
        MigrateSettings: {
            /** @description Only say what would be done. */
            dry_run?: boolean;
            tools_settings?: components["schemas"]["ToolsSettings"] | null;
        };
        /** @description What a migration did, or would do. */
        Migration: {
            /** @description The agent's name. */
            agent: string;
            /** @description Whether nothing was changed. */
            dry_run: boolean;
            /** @description The tools. */
            tools: components["schemas"]["MigratedTool"][];
            /** @description What could not be taken over, and what may surprise. */
            warnings: string[];
        };
        /** @description An expectation that did not hold. */
        Mismatch: {
            /** @description What was there; long values are cut. */
            actual?: unknown;
            /** @description Which one, for example `result[0] (/slots/0) equals`. */
            expectation: string;
            /** @description What was expected. */
            expected?: unknown;
            /** @description The same in words. */
            message: string;
        };
        /** @description Tells a watcher that it missed something. */
        Missed: {
            /**
             * Format: int64
             * @description How many events went by, before any filter.
             */
            count: number;
            /** @description Always `missed`. */
            event: components["schemas"]["MissedTag"];
        };
        /**
         * @description The name of the frame.
         * @enum {string}
         */
        MissedTag: "missed";
        /** @description A provider. */
        ModelProvider: components["schemas"]["ModelProviderSpec"] & {
            created_at?: components["schemas"]["Timestamp"] | null;
            id?: components["schemas"]["prov_id"] | null;
            /** @description Where it comes from. */
            source: components["schemas"]["ProviderSource"];
            updated_at?: components["schemas"]["Timestamp"] | null;
        };
        /** @description What is said of a provider when it is made or changed. */
        ModelProviderSpec: {
            /** @description Its address; the provider's own when absent. `azure` and `openai_compatible` need one. */
            base_url?: string | null;
            /** @description Whether it is asked for models that nobody else claims. One provider is; the last that was made so. */
            is_default?: boolean;
            /** @description How it is spoken to. */
            kind: components["schemas"]["ProviderKind"];
            /** @description The models that it serves: names, or beginnings of names that end in `*`. */
            models?: string[];
            /** @description A name, unique in the organization: `NAME/model` asks this provider. */
            name: string;
            /** @description What only some providers want to know. */
            options?: components["schemas"]["ProviderOptions"];
            /** @description The name of the secret that is its key. Only `openai_compatible` does without. */
            secret?: string | null;
        };
        /**
         * @description What a sandbox may reach.
         * @enum {string}
         */
        Network: "none" | "policy";
        node_id: string;
        /** @description When a person takes over. */
        NumberRule: {
            /** @description When, in words for the model. */
            condition?: string;
            /** @description The number in the form of E.164, for example `+61411234567`, or a `sip:` address. */
            phone_number: string;
            /** @description Whether the caller hears music meanwhile. */
            play_hold_music?: boolean;
            /** @description Said before the transfer. */
            transfer_message?: string | null;
            /** @description Whether the agent introduces the caller first. */
            transfer_mode?: components["schemas"]["TransferMode"];
        };
        /**
         * @description What a breaker watches over.
         * @enum {string}
         */
        Of: "tool" | "host";
        /** @description Which tool. */
        OfferDescribe: {
            /** @description As this agent has it, by name or id. */
            agent?: string | null;
            /** @description The tool's name. */
            name: string;
        };
        /** @description How a tool is called. */
        OfferDescribed: {
            /** @description Whether somebody is asked first. */
            asks_first?: boolean;
            /** @description What it does and when to use it. */
            description: string;
            /** @description What calling it does to the world. */
            effect: components["schemas"]["Effect"];
            /** @description Its name. */
            name: string;
            /** @description The JSON Schema of its arguments; what the server fills in is not there. */
            parameters: Record<string, unknown>;
        };
        /** @description What a search found. */
        OfferFound: {
            /**
             * Format: int32
             * @description About how many tokens the answer takes before a model, at four bytes a token.
             */
            estimated_tokens: number;
            /**
             * Format: int32
             * @description How many more fit, which are not shown.
             */
            more: number;
            /** @description The best first. */
            tools: components["schemas"]["OfferHit"][];
        };
        /** @description A tool that a search found. */
        OfferHit: {
            /** @description What it does, in one line. */
            description: string;
            /** @description Its name. */
            name: string;
            /** @description Its parameters in one line; `*` marks those that are required. */
            parameters: string;
            /**
             * Format: float
             * @description How well it fits; only to be compared within one answer.
             */
            score: number;
        };
        /** @description What is looked for. */
        OfferSearch: {
            /** @description Only among this agent's tools, by name or id. Without it: all tools that you may call. */
            agent?: string | null;
            /**
             * Format: int32
             * @description The most tools to give, 5 when absent.
             */
            limit?: number | null;
            /**
             * Format: int32
             * @description About how many tokens the answer may take before a model, 1,000 when absent. The best tool is always given.
             */
            max_tokens?: number | null;
            /** @description What somebody wants to do, in a few words. */
            query: string;
        };
        /** @description What a provider wants back word for word with the next request: signed thoughts, reasoning items. */
        Opaque: {
            /** @description The form that it belongs to, for example `gemini`; another provider is not given it. */
            form: string;
            /** @description The pieces as they came. */
            value: unknown;
        };
        /**
         * @description What costs something.
         * @enum {string}
         */
        Operation: "agent.create" | "agent.execute" | "agent.custom" | "workflow.create" | "tool.create" | "tool.update" | "tool.test";
        /** @description What is to be imported and how. */
        Options: {
            /** @default null */
            auth?: components["schemas"]["Auth"] | null;
            /**
             * @description Where the API is, when the document does not say or says it wrong. It replaces every server of the document.
             * @default null
             */
            base_url?: string | null;
            /**
             * @description For formats that do not say where a tool is: the address to call, in which `{name}` is the tool's name.
             * @default null
             */
            endpoint?: string | null;
            /**
             * @description Only these: by operation id, by `GET /path`, or by the tool's name.
             * @default []
             */
            operations?: string[];
            /**
             * @description Only operations whose path begins so, or fits a pattern in which `*` is a segment and `**` any number of them.
             * @default []
             */
            paths?: string[];
            /**
             * @description Put in front of every tool's name.
             * @default null
             */
            prefix?: string | null;
            /**
             * @description Hold answers to the document's own schemas. Off by default, because live APIs break theirs.
             * @default false
             */
            response_schemas?: boolean;
            /**
             * @description Only operations that have this text in their name, path, tags or description, in any letter case.
             * @default null
             */
            search?: string | null;
            /**
             * @description The beginning of the secrets' names; without it, a short form of the document's title.
             * @default null
             */
            secret_prefix?: string | null;
            /**
             * @description Only operations with one of these tags (or, with Postman, in a folder of that name).
             * @default []
             */
            tags?: string[];
        };
        org_id: string;
        /** @description A tenant. */
        Organization: {
            /** @description When it was made. */
            created_at: components["schemas"]["Timestamp"];
            /** @description Its id. */
            id: components["schemas"]["org_id"];
            /** @description Its name. */
            name: string;
        };
        /**
         * @description Something that a client of a conversation may set for itself, if the agent allows it.
         * @enum {string}
         */
        Overridden: "first_message" | "language" | "prompt";
        /**
         * @description What was done with one part of a pack.
         * @enum {string}
         */
        PackAction: "created" | "kept";
        /** @description An agent of a pack, and what was done with it. */
        PackedAgent: {
            /** @description What was done, or would be. */
            action: components["schemas"]["PackAction"];
            id?: components["schemas"]["asst_id"] | null;
            /** @description Its name. */
            name: string;
            /** @description The tools that it is given. One that was kept has those that it had. */
            tools: string[];
        };
        /** @description A tool of a pack, and what was done with it. */
        PackedTool: {
            /** @description What was done, or would be. */
            action: components["schemas"]["PackAction"];
            /** @description How many test cases came with it. */
            cases: number;
            id?: components["schemas"]["tool_id"] | null;
            /** @description Its name. */
            name: string;
        };
        /** @description What an installation made, or would make. */
        PackReport: {
            /** @description The agents. */
            agents: components["schemas"]["PackedAgent"][];
            /** @description Whether nothing was changed. */
            dry_run: boolean;
            /** @description Secrets that the tools need and that are not set yet. */
            missing_secrets: string[];
            /** @description The pack. */
            pack: string;
            /** @description The tools. */
            tools: components["schemas"]["PackedTool"][];
            /** @description What works but may surprise. */
            warnings: string[];
        };
        /** @description A tool that a pack brings. */
        PackTool: {
            /** @description How many test cases it brings. */
            cases: number;
            /** @description What it does and when to use it. */
            description: string;
            /** @description Its name. */
            name: string;
            /** @description The template that it is made of; absent for one that the pack has itself. */
            template?: string | null;
            /** @description What people call it. */
            title: string;
        };
        /** @description One page of a list. */
        Page_Agent: {
            /** @description The items, in the list's order. */
            items: (components["schemas"]["AgentProfile"] & {
                /** @description When it was made. */
                created_at: components["schemas"]["Timestamp"];
                /** @description What it is for. */
                description?: string;
                /** @description Its id. */
                id: components["schemas"]["asst_id"];
                /** @description The system instructions. */
                instructions?: string;
                /** @description The model it uses, for example `gpt-5-mini`. */
                model?: string;
                /** @description A name, unique in the organization. */
                name: string;
                /** @description The organization it belongs to. */
                organization_id: components["schemas"]["org_id"];
                tools_settings?: components["schemas"]["ToolsSettings"] | null;
                /** @description When it last changed. */
                updated_at: components["schemas"]["Timestamp"];
                /** @description Who made it. */
                user_id: components["schemas"]["user_id"];
            })[];
            /** @description Give this as `cursor` to go on; absent on the last page. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. */
        Page_AgentDraft: {
            /** @description The items, in the list's order. */
            items: {
                /** @description The agent. */
                agent_id: components["schemas"]["asst_id"];
                /** @description The agent's instructions when it was proposed. */
                base: string;
                /** @description When it was proposed. */
                created_at: components["schemas"]["Timestamp"];
                decided_at?: components["schemas"]["Timestamp"] | null;
                decided_by?: components["schemas"]["user_id"] | null;
                /** @description The feedback that it was made from. */
                feedback: components["schemas"]["fb_id"][];
                /** @description Its id. */
                id: components["schemas"]["draft_id"];
                /** @description What is proposed instead. */
                instructions: string;
                /** @description The model that proposed it. */
                model: string;
                /** @description The organization it belongs to. */
                organization_id: components["schemas"]["org_id"];
                /** @description Why, as the model says. */
                reasoning: string;
                /** @description Where it stands. */
                state: components["schemas"]["AgentDraftState"];
                /** @description Who asked for it. */
                user_id: components["schemas"]["user_id"];
            }[];
            /** @description Give this as `cursor` to go on; absent on the last page. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. */
        Page_AgentPack: {
            /** @description The items, in the list's order. */
            items: {
                /** @description Its agents. */
                agents: components["schemas"]["AgentTemplate"][];
                /** @description What it is for. */
                description: string;
                /** @description Its slug. */
                id: string;
                /** @description What people call it. */
                name: string;
                /** @description The tools that it brings. */
                tools: components["schemas"]["PackTool"][];
            }[];
            /** @description Give this as `cursor` to go on; absent on the last page. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. */
        Page_AgentTemplate: {
            /** @description The items, in the list's order. */
            items: {
                /** @description The tools that it works with, by name. */
                default_tools: string[];
                /** @description What it is for. */
                description: string;
                /** @description The template that it extends. */
                extends?: string | null;
                /** @description Its slug. */
                id: string;
                /** @description The system instructions, those of what it extends included. */
                instructions: string;
                /** @description The model it was written for. */
                model: string;
                /** @description What people call it. */
                name: string;
                /** @description The part it plays. */
                role: string;
                /** @description Tool templates of the library that are worth adding. */
                suggested_tools: string[];
                /**
                 * Format: double
                 * @description How freely the model chooses its words, 0 to 2.
                 */
                temperature: number;
                /** @description What it is good at. */
                use_cases: string[];
            }[];
            /** @description Give this as `cursor` to go on; absent on the last page. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. */
        Page_AlertRule: {
            /** @description The items, in the list's order. */
            items: {
                /** @description What is watched. */
                condition: components["schemas"]["Condition"];
                /** @description When it was made. */
                created_at: components["schemas"]["Timestamp"];
                /** @description Who made it. */
                created_by: components["schemas"]["user_id"];
                /** @description What it is for and what to do when it fires, at most 2,000 characters. It is part of the notification. */
                description?: string;
                /** @description Whether it is looked at. */
                enabled?: boolean;
                /**
                 * Format: int32
                 * @description How long the condition must hold before it fires, in seconds; at most a day.
                 */
                for_s?: number;
                /** @description Its id. */
                id: components["schemas"]["alert_id"];
                /** @description Unique in the organization, 1 to 100 characters. */
                name: string;
                /** @description Who is told; at most 5. */
                notify?: components["schemas"]["Target"][];
                /** @description The organization it belongs to. */
                organization_id: components["schemas"]["org_id"];
                /** @description Where it stands. */
                progress: components["schemas"]["AlertProgress"];
                /**
                 * Format: int32
                 * @description No second notification within this many seconds, and a reminder each time they have passed while it goes on.
                 *     0: no reminders.
                 */
                repeat_after_s?: number;
                /**
                 * Format: double
                 * @description Below this it may be calm again, in the condition's own unit. The condition's threshold when absent.
                 */
                resolve_below?: number | null;
                /**
                 * Format: int32
                 * @description How long it must have been below that, in seconds; at most a day.
                 */
                resolve_for_s?: number;
                /** @description Whose executions are watched; the organization's when empty. */
                scope?: components["schemas"]["AlertScope"];
                /** @description How bad it is, for whoever sorts the notifications. */
                severity?: components["schemas"]["Severity"];
                /** @description When it last changed. */
                updated_at: components["schemas"]["Timestamp"];
            }[];
            /** @description Give this as `cursor` to go on; absent on the last page. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. */
        Page_AuditRow: {
            /** @description The items, in the list's order. */
            items: {
                /** @description What was done, for example `tool.update`. */
                action: string;
                /** @description When. */
                at: components["schemas"]["Timestamp"];
                chain?: components["schemas"]["Link"] | null;
                /** @description What else is worth knowing; `changes` holds what was before and after. Never a secret. */
                details: Record<string, unknown>;
                /** @description Its id. */
                id: components["schemas"]["audit_id"];
                /** @description The organization it belongs to. */
                organization_id: components["schemas"]["org_id"];
                /** @description The request that asked for it. */
                request_id?: string | null;
                /** @description Which one: an id or a name. */
                target_id: string;
                /** @description The kind of thing that it was done to. */
                target_kind: string;
                token_id?: components["schemas"]["tok_id"] | null;
                user_id?: components["schemas"]["user_id"] | null;
            }[];
            /** @description Give this as `cursor` to go on; absent on the last page. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. */
        Page_Case: {
            /** @description The items, in the list's order. */
            items: {
                /** @description When it was made. */
                created_at: components["schemas"]["Timestamp"];
                /** @description Who made it. */
                created_by: components["schemas"]["user_id"];
                /** @description Its id. */
                id: components["schemas"]["case_id"];
                last_run?: components["schemas"]["LastRun"] | null;
                /** @description The organization it belongs to. */
                organization_id: components["schemas"]["org_id"];
                /** @description The author's form. */
                spec: components["schemas"]["CaseSpec"];
                /** @description The tool's name. */
                tool: string;
                /** @description The tool. */
                tool_id: components["schemas"]["tool_id"];
                /** @description When it last changed. */
                updated_at: components["schemas"]["Timestamp"];
            }[];
            /** @description Give this as `cursor` to go on; absent on the last page. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. */
        Page_Conversation: {
            /** @description The items, in the list's order. */
            items: {
                /** @description The agent that talks now; it changes when another takes over. */
                agent_id: components["schemas"]["asst_id"];
                /** @description That agent's name. */
                agent_name: string;
                /** @description The user, as the client names them. Nobody has checked that. */
                client_user_id?: string | null;
                /** @description What it cost, where operations are paid for. */
                credits: components["schemas"]["Credits"];
                /**
                 * Format: int64
                 * @description How long it lasted, in seconds; while it is live, how long it has lasted when a client was last seen.
                 */
                duration_s: number;
                /** @description What the client sent as dynamic variables. Nobody has checked them. */
                dynamic_variables: Record<string, unknown>;
                end_reason?: components["schemas"]["EndReason"] | null;
                ended_at?: components["schemas"]["Timestamp"] | null;
                /** @description Its id. */
                id: components["schemas"]["conv_id"];
                /** @description Whether nobody knows who talks. */
                is_public: boolean;
                /**
                 * Format: int64
                 * @description How many messages were said and told.
                 */
                message_count: number;
                /** @description The organization it belongs to. */
                organization_id: components["schemas"]["org_id"];
                outcome?: components["schemas"]["TalkOutcome"] | null;
                /** @description The client, as it names itself, for example `python_sdk`. */
                source?: string | null;
                /** @description When it began. */
                started_at: components["schemas"]["Timestamp"];
                /** @description Where it stands. */
                state: components["schemas"]["ConversationState"];
                /** @description What is said. */
                thread_id: components["schemas"]["thread_id"];
                /** @description The tools that it used, by name. */
                tools: components["schemas"]["ToolUse"][];
                /** @description Tokens that it used. */
                usage: components["schemas"]["Usage"];
                /** @description With whose rights the agent works: those of whoever talks, or of whoever made a public agent. */
                user_id: components["schemas"]["user_id"];
            }[];
            /** @description Give this as `cursor` to go on; absent on the last page. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. */
        Page_CreditEntry: {
            /** @description The items, in the list's order. */
            items: {
                /** @description What was added; less than nothing for a charge. */
                amount: components["schemas"]["Credits"];
                /**
                 * Format: double
                 * @description What there was after it.
                 */
                balance: number;
                /** @description When. */
                created_at: components["schemas"]["Timestamp"];
                /** @description What it is. */
                kind: components["schemas"]["CreditKind"];
                /** @description Why. */
                note?: string | null;
                operation?: components["schemas"]["Operation"] | null;
                /**
                 * Format: int64
                 * @description Its number, from 1, without gaps.
                 */
                seq: number;
                /** @description What it was about: the id of the thing, or a tool's name. */
                subject?: string | null;
                /** @description Who did it. */
                user_id: components["schemas"]["user_id"];
            }[];
            /** @description Give this as `cursor` to go on; absent on the last page. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. */
        Page_Delivery: {
            /** @description The items, in the list's order. */
            items: {
                /**
                 * Format: int64
                 * @description How many times it was sent.
                 */
                attempts: number;
                /** @description How it is sent: `webhook`. */
                channel: string;
                /** @description When it was made. */
                created_at: components["schemas"]["Timestamp"];
                ended_at?: components["schemas"]["Timestamp"] | null;
                /** @description What it tells of, for example `approval.requested`. */
                event: string;
                /** @description When it is given up. */
                give_up_at: components["schemas"]["Timestamp"];
                /** @description Its id, sent as `webhook-id`: the same each time it is sent. */
                id: components["schemas"]["dlv_id"];
                /** @description What went wrong last. */
                last_error?: string | null;
                /**
                 * Format: int32
                 * @description The last status that the receiver gave.
                 */
                last_status?: number | null;
                /** @description When it is sent next, while it is queued. */
                next_at: components["schemas"]["Timestamp"];
                /** @description The organization it belongs to. */
                organization_id: components["schemas"]["org_id"];
                /** @description How it stands. */
                state: components["schemas"]["DeliveryState"];
                /** @description The thing it is about: an id. */
                subject?: string | null;
                /** @description To where. */
                target: string;
            }[];
            /** @description Give this as `cursor` to go on; absent on the last page. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. */
        Page_Document: {
            /** @description The items, in the list's order. */
            items: {
                conversation_id?: components["schemas"]["conv_id"] | null;
                /** @description When it was kept. */
                created_at: components["schemas"]["Timestamp"];
                execution_id?: components["schemas"]["exec_id"] | null;
                expires_at?: components["schemas"]["Timestamp"] | null;
                /** @description Its id. */
                id: components["schemas"]["doc_id"];
                /** @description What it is, as its bytes say. */
                media_type: string;
                /** @description What to call it. */
                name: string;
                /** @description The organization it belongs to. */
                organization_id: components["schemas"]["org_id"];
                /**
                 * Format: int64
                 * @description Which of the things that its execution gave, from 0.
                 */
                position: number;
                /**
                 * Format: int64
                 * @description How many bytes it has.
                 */
                size: number;
            }[];
            /** @description Give this as `cursor` to go on; absent on the last page. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. */
        Page_Execution: {
            /** @description The items, in the list's order. */
            items: {
                agent_id?: components["schemas"]["asst_id"] | null;
                /** @description Hash of tool and arguments. */
                args_hash: string;
                /** @description Every time the request was sent. */
                attempts: components["schemas"]["Attempt"][];
                /** @description The phone call (`call_sid` or `call_id` of the context). */
                call_id?: string | null;
                /** @description Where the tool was used. */
                channel: components["schemas"]["Channel"];
                /** @description The conversation (`conversation_id` of the context). */
                conversation_id?: string | null;
                /** @description Whether it was a rehearsal: nothing was sent. */
                dry_run: boolean;
                /**
                 * Format: double
                 * @description From asked to ended, in milliseconds.
                 */
                duration_ms?: number | null;
                /** @description What the tool does to the world. */
                effect: components["schemas"]["Effect"];
                ended_at?: components["schemas"]["Timestamp"] | null;
                error?: components["schemas"]["ToolError"] | null;
                /** @description Its id. */
                id: components["schemas"]["exec_id"];
                /** @description The arguments. */
                input: Record<string, unknown>;
                /** @description Given by the caller to have one effect only. */
                intent_key?: string | null;
                /** @description What carried it out. */
                kind: components["schemas"]["Kind"];
                node_id?: components["schemas"]["node_id"] | null;
                /** @description The organization it belongs to. */
                organization_id: components["schemas"]["org_id"];
                output?: components["schemas"]["Content"] | null;
                passage?: components["schemas"]["Passage"] | null;
                /** @description When it was asked for. */
                received_at: components["schemas"]["Timestamp"];
                replay_of?: components["schemas"]["exec_id"] | null;
                /** @description The request that asked for it. */
                request_id?: string | null;
                settled?: components["schemas"]["Settlement"] | null;
                /** @description Which entrance it came through: `rest`, `cli`, `test`, `replay`… */
                source: string;
                started_at?: components["schemas"]["Timestamp"] | null;
                /** @description Where it stands. */
                state: components["schemas"]["State"];
                token_id?: components["schemas"]["tok_id"] | null;
                /** @description The tool. */
                tool_id: components["schemas"]["tool_id"];
                /** @description The tool's name at the time. */
                tool_name: string;
                /**
                 * Format: int64
                 * @description The tool's revision at the time.
                 */
                tool_revision: number;
                /** @description The tool's semantic version at the time. */
                tool_version: string;
                user_id?: components["schemas"]["user_id"] | null;
            }[];
            /** @description Give this as `cursor` to go on; absent on the last page. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. */
        Page_ExportedTool: {
            /** @description The items, in the list's order. */
            items: {
                /** @description The definition. */
                definition: Record<string, unknown>;
                /** @description What the form cannot hold. */
                lost: components["schemas"]["ExportLost"][];
                /** @description The tool's own name. */
                name: string;
            }[];
            /** @description Give this as `cursor` to go on; absent on the last page. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. */
        Page_Grant: {
            /** @description The items, in the list's order. */
            items: {
                /** @description Since when. */
                created_at: components["schemas"]["Timestamp"];
                /** @description Their e-mail address. */
                email: string;
                /** @description The user. */
                user_id: components["schemas"]["user_id"];
            }[];
            /** @description Give this as `cursor` to go on; absent on the last page. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. */
        Page_Hook: {
            /** @description The items, in the list's order. */
            items: (components["schemas"]["HookRules"] & {
                /** @description When it was made. */
                created_at: components["schemas"]["Timestamp"];
                /** @description Whether it takes anything. */
                enabled: boolean;
                /** @description Its id. */
                id: components["schemas"]["hook_id"];
                /** @description The organization it belongs to. */
                organization_id: components["schemas"]["org_id"];
                /** @description Whose form its requests have. */
                platform: components["schemas"]["HookPlatform"];
                /** @description When it got its secret. */
                rotated_at: components["schemas"]["Timestamp"];
                /** @description The beginning of the secret, to know it by. */
                secret_hint: string;
                /** @description Its name in the address, one of its kind on this server. */
                slug: string;
                /** @description When it was last changed. */
                updated_at: components["schemas"]["Timestamp"];
                /** @description Whoever made it: what it starts is done with their rights, as they are then. */
                user_id: components["schemas"]["user_id"];
            })[];
            /** @description Give this as `cursor` to go on; absent on the last page. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. */
        Page_HookDelivery: {
            /** @description The items, in the list's order. */
            items: {
                /** @description What was asked for: a tool's name. */
                action?: string | null;
                /** @description Where it came from. */
                address?: string | null;
                /** @description When it came. */
                created_at: components["schemas"]["Timestamp"];
                /**
                 * Format: double
                 * @description From its arrival to its answer, in milliseconds.
                 */
                duration_ms: number;
                /** @description Why it was refused, or failed. */
                error?: string | null;
                execution_id?: components["schemas"]["exec_id"] | null;
                /** @description The hook. */
                hook_id: components["schemas"]["hook_id"];
                /** @description Its id. */
                id: components["schemas"]["hdl_id"];
                /** @description The key under which it acts once. */
                idempotency_key?: string | null;
                /** @description The organization. */
                organization_id: components["schemas"]["org_id"];
                /** @description What became of it. */
                outcome: components["schemas"]["HookOutcome"];
                run_id?: components["schemas"]["run_id"] | null;
            }[];
            /** @description Give this as `cursor` to go on; absent on the last page. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. */
        Page_ImportedTool: {
            /** @description The items, in the list's order. */
            items: {
                /** @description When it was imported first. */
                created_at: components["schemas"]["Timestamp"];
                /** @description The format. */
                format: string;
                /** @description The SHA-256 of what was generated last. */
                hash: string;
                /** @description Its name. */
                name: string;
                /** @description The operation. */
                operation: string;
                /** @description The source. */
                source: string;
                /** @description The tool. */
                tool_id: components["schemas"]["tool_id"];
                /** @description When it was imported last. */
                updated_at: components["schemas"]["Timestamp"];
            }[];
            /** @description Give this as `cursor` to go on; absent on the last page. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. */
        Page_Incident: {
            /** @description The items, in the list's order. */
            items: {
                /** @description What was seen. */
                facts: components["schemas"]["IncidentFacts"];
                /** @description When it fired. */
                fired_at: components["schemas"]["Timestamp"];
                /** @description Its id. */
                id: components["schemas"]["inc_id"];
                resolved_at?: components["schemas"]["Timestamp"] | null;
                /** @description The rule. */
                rule_id: components["schemas"]["alert_id"];
                /** @description The rule's name at that time. */
                rule_name: string;
                /** @description How it stands. */
                state: components["schemas"]["IncidentState"];
            }[];
            /** @description Give this as `cursor` to go on; absent on the last page. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. */
        Page_InstalledTool: {
            /** @description The items, in the list's order. */
            items: {
                /** @description The note's own id. */
                id: components["schemas"]["inst_id"];
                /** @description When. */
                installed_at: components["schemas"]["Timestamp"];
                /** @description Who took it over. */
                installed_by: components["schemas"]["user_id"];
                /** @description Whether the source can still be seen; absent when there is nothing to follow. */
                is_available?: boolean | null;
                /** @description Whether it was edited here since. */
                is_edited: boolean;
                /** @description Its name here. */
                name: string;
                /** @description What they are called, while they show the tool. */
                publisher?: string | null;
                publisher_id?: components["schemas"]["org_id"] | null;
                /** @description SHA-256 of what was taken over. */
                sha256: string;
                /** @description What it came from. */
                source: components["schemas"]["InstallSource"];
                /** @description Which one: a tool's id, a template's slug, a name in a bundle. */
                source_id: string;
                /**
                 * Format: int64
                 * @description The source's revision when it was taken over.
                 */
                source_revision: number;
                /** @description The source's semantic version when it was taken over. */
                source_version: string;
                /** @description The tool. */
                tool_id: components["schemas"]["tool_id"];
                update?: components["schemas"]["Update"] | null;
                /** @description When it last followed its source. */
                updated_at: components["schemas"]["Timestamp"];
                /** @description Its semantic version here. */
                version: string;
            }[];
            /** @description Give this as `cursor` to go on; absent on the last page. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. */
        Page_Invitation: {
            /** @description The items, in the list's order. */
            items: {
                /** @description When it was made. */
                created_at: components["schemas"]["Timestamp"];
                /** @description Whom it invites. */
                email: string;
                /** @description Until when it can be taken up. */
                expires_at: components["schemas"]["Timestamp"];
                /** @description Its id. */
                id: components["schemas"]["grant_id"];
                /** @description Who invited them. */
                invited_by: components["schemas"]["user_id"];
                /** @description What they will be. */
                role: components["schemas"]["Role"];
            }[];
            /** @description Give this as `cursor` to go on; absent on the last page. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. */
        Page_Job: {
            /** @description The items, in the list's order. */
            items: {
                /**
                 * Format: int64
                 * @description How often it was tried since it last got anywhere.
                 */
                attempts: number;
                /** @description When it was made. */
                created_at: components["schemas"]["Timestamp"];
                ended_at?: components["schemas"]["Timestamp"] | null;
                /**
                 * Format: int64
                 * @description Counts its owners; a former owner can change nothing any more.
                 */
                epoch: number;
                /** @description What went wrong last. */
                error?: string | null;
                /** @description Its id. */
                id: components["schemas"]["job_id"];
                /** @description What it does. */
                kind: components["schemas"]["JobKind"];
                /**
                 * Format: int64
                 * @description How often it may be tried without getting anywhere.
                 */
                max_attempts: number;
                /** @description The organization it belongs to. */
                organization_id: components["schemas"]["org_id"];
                /**
                 * Format: int64
                 * @description Higher goes first; 0 unless said otherwise.
                 */
                priority: number;
                /** @description Not before this time. */
                run_at: components["schemas"]["Timestamp"];
                schedule_id?: components["schemas"]["sch_id"] | null;
                started_at?: components["schemas"]["Timestamp"] | null;
                /** @description Where it stands. */
                state: components["schemas"]["JobState"];
                /** @description The run that it carries, or the execution that it made. */
                subject?: string | null;
                /** @description What it is about, in words: the agent's or the tool's name. */
                title: string;
                /** @description When it last changed. */
                updated_at: components["schemas"]["Timestamp"];
                /** @description Whoever asked for it. */
                user_id: components["schemas"]["user_id"];
            }[];
            /** @description Give this as `cursor` to go on; absent on the last page. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. */
        Page_LibraryTool: {
            /** @description The items, in the list's order. */
            items: {
                /** @description A word to sort by. */
                category?: string | null;
                /** @description What it does and when to use it. */
                description: string;
                /** @description What people call it. */
                display_name: string;
                /** @description What calling it does to the world. */
                effect: components["schemas"]["Effect"];
                /** @description The tool's id there. */
                id: components["schemas"]["tool_id"];
                /**
                 * Format: int64
                 * @description How many copies organizations have.
                 */
                installs: number;
                /** @description What carries it out. */
                kind: components["schemas"]["Kind"];
                /** @description Its name there. */
                name: string;
                /** @description Whose it is. */
                publisher: components["schemas"]["Publisher"];
                /**
                 * Format: int64
                 * @description Its revision.
                 */
                revision: number;
                /** @description The secrets that a copy needs. */
                secrets: string[];
                tool?: components["schemas"]["ToolSpec"] | null;
                /** @description When it last changed. */
                updated_at: components["schemas"]["Timestamp"];
                /** @description Where its requests go, when that is known before a call. */
                url?: string | null;
                /** @description Its semantic version. */
                version: string;
                /** @description What was left out or replaced, and why. */
                warnings?: string[];
            }[];
            /** @description Give this as `cursor` to go on; absent on the last page. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. */
        Page_McpServer: {
            /** @description The items, in the list's order. */
            items: (components["schemas"]["McpServerSpec"] & {
                /** @description When it was registered. */
                created_at: components["schemas"]["Timestamp"];
                /** @description Who registered it. */
                created_by: components["schemas"]["user_id"];
                /** @description What was found out about it. */
                found: components["schemas"]["McpFound"];
                /** @description Its id. */
                id: components["schemas"]["mcp_id"];
                /** @description When it was last changed. */
                updated_at: components["schemas"]["Timestamp"];
            })[];
            /** @description Give this as `cursor` to go on; absent on the last page. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. */
        Page_McpUpstreamTool: {
            /** @description The items, in the list's order. */
            items: (components["schemas"]["McpDefinition"] & {
                /** @description Our tool's name, when it was taken over. */
                adopted_as?: string | null;
                /** @description When its definition last changed. */
                changed_at: components["schemas"]["Timestamp"];
                /** @description When it was first seen. */
                first_seen_at: components["schemas"]["Timestamp"];
                /** @description The definition's hash. */
                hash: string;
                /** @description How it stands with us. */
                state: components["schemas"]["McpToolState"];
                tool_id?: components["schemas"]["tool_id"] | null;
            })[];
            /** @description Give this as `cursor` to go on; absent on the last page. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. */
        Page_Member: {
            /** @description The items, in the list's order. */
            items: {
                /** @description Since when. */
                created_at: components["schemas"]["Timestamp"];
                /** @description Their e-mail address, lower case. */
                email: string;
                /** @description Their name. */
                name: string;
                /** @description What they are here. */
                role: components["schemas"]["Role"];
                /** @description The user's id. */
                user_id: components["schemas"]["user_id"];
            }[];
            /** @description Give this as `cursor` to go on; absent on the last page. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. */
        Page_ModelProvider: {
            /** @description The items, in the list's order. */
            items: (components["schemas"]["ModelProviderSpec"] & {
                created_at?: components["schemas"]["Timestamp"] | null;
                id?: components["schemas"]["prov_id"] | null;
                /** @description Where it comes from. */
                source: components["schemas"]["ProviderSource"];
                updated_at?: components["schemas"]["Timestamp"] | null;
            })[];
            /** @description Give this as `cursor` to go on; absent on the last page. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. */
        Page_Proposal: {
            /** @description The items, in the list's order. */
            items: {
                /**
                 * Format: int64
                 * @description The revision that the change was made from; `null` for a tool that is yet to be made.
                 */
                base_revision?: number | null;
                /** @description When it was made. */
                created_at: components["schemas"]["Timestamp"];
                decided_at?: components["schemas"]["Timestamp"] | null;
                decided_by?: components["schemas"]["user_id"] | null;
                /** @description What they said. */
                decision_note?: string | null;
                /** @description Its id. */
                id: components["schemas"]["prop_id"];
                /** @description What there is to agree to. */
                kind: components["schemas"]["ProposalKind"];
                /** @description Why. */
                note?: string | null;
                /** @description The organization it belongs to. */
                organization_id: components["schemas"]["org_id"];
                /** @description The tool as it is wanted. */
                spec: components["schemas"]["ToolSpec"];
                /** @description Where it stands. */
                state: components["schemas"]["ProposalState"];
                /** @description The tool's name. */
                tool: string;
                /** @description The tool; one that is yet to be made gets this id. */
                tool_id: components["schemas"]["tool_id"];
                /** @description Who made it. */
                user_id: components["schemas"]["user_id"];
            }[];
            /** @description Give this as `cursor` to go on; absent on the last page. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. */
        Page_Run: {
            /** @description The items, in the list's order. */
            items: {
                agent_id?: components["schemas"]["asst_id"] | null;
                /** @description The agent's name when it began. */
                agent_name?: string | null;
                /** @description When it was asked for. */
                created_at: components["schemas"]["Timestamp"];
                /** @description When it gives up. */
                deadline_at: components["schemas"]["Timestamp"];
                /**
                 * Format: int32
                 * @description How many runs stand above it.
                 */
                depth?: number;
                ended_at?: components["schemas"]["Timestamp"] | null;
                error?: components["schemas"]["RunError"] | null;
                handed_to?: components["schemas"]["HandedTo"] | null;
                /** @description Its id. */
                id: components["schemas"]["run_id"];
                /** @description What was asked. */
                input: string;
                /** @description The job that carries it. */
                job_id: components["schemas"]["job_id"];
                /** @description Who is at work. */
                kind: components["schemas"]["RunKind"];
                /** @description How far it may go. */
                limits: components["schemas"]["RunLimits"];
                /** @description What its caller wants kept with it. */
                metadata: Record<string, unknown>;
                /** @description The model, as the agent named it when it began. */
                model: string;
                /** @description The organization it belongs to. */
                organization_id: components["schemas"]["org_id"];
                /** @description The answer. */
                output?: string | null;
                parent_id?: components["schemas"]["run_id"] | null;
                /** @description What a workflow came to: `output` as a value, and `workflow_results` step by step. Not in lists. */
                result?: Record<string, unknown> | null;
                started_at?: components["schemas"]["Timestamp"] | null;
                /** @description Where it stands. */
                state: components["schemas"]["RunState"];
                /**
                 * Format: int32
                 * @description Answers of the model so far, or steps of a workflow that have ended.
                 */
                steps: number;
                /** @description The thread that it takes forward. That of a workflow holds what it was given and what came of it. */
                thread_id: components["schemas"]["thread_id"];
                /** @description When it last changed. */
                updated_at: components["schemas"]["Timestamp"];
                /** @description Tokens used so far; a workflow's are those of its agents. */
                usage: components["schemas"]["Usage"];
                /** @description For whom it runs: with their rights, never more. */
                user_id: components["schemas"]["user_id"];
                workflow_id?: components["schemas"]["wf_id"] | null;
                /** @description The workflow's name when it began. */
                workflow_name?: string | null;
            }[];
            /** @description Give this as `cursor` to go on; absent on the last page. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. */
        Page_Schedule: {
            /** @description The items, in the list's order. */
            items: {
                /** @description When it was made. */
                created_at: components["schemas"]["Timestamp"];
                /** @description When, as in cron. */
                cron: string;
                /** @description Whether it starts anything. */
                enabled: boolean;
                /** @description Its id. */
                id: components["schemas"]["sch_id"];
                last_at?: components["schemas"]["Timestamp"] | null;
                /** @description Why it could not start anything the last time. */
                last_error?: string | null;
                last_job_id?: components["schemas"]["job_id"] | null;
                /** @description A name, unique in the organization. */
                name: string;
                next_at?: components["schemas"]["Timestamp"] | null;
                /** @description The organization it belongs to. */
                organization_id: components["schemas"]["org_id"];
                /** @description What it starts. */
                target: components["schemas"]["ScheduleTarget"];
                /** @description By which clock. */
                time_zone: string;
                /** @description When it was last changed by a person. */
                updated_at: components["schemas"]["Timestamp"];
                /** @description Whoever wrote it last: what it starts is done with their rights. */
                user_id: components["schemas"]["user_id"];
            }[];
            /** @description Give this as `cursor` to go on; absent on the last page. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. */
        Page_SecretInfo: {
            /** @description The items, in the list's order. */
            items: {
                agent_id?: components["schemas"]["asst_id"] | null;
                /** @description When it was first set. */
                created_at: components["schemas"]["Timestamp"];
                /** @description Its id. */
                id: components["schemas"]["sec_id"];
                /** @description The name that configurations use. */
                name: string;
                /** @description When it was last set. */
                updated_at: components["schemas"]["Timestamp"];
                /**
                 * Format: int64
                 * @description Counts up with every new value, from 1.
                 */
                version: number;
            }[];
            /** @description Give this as `cursor` to go on; absent on the last page. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. */
        Page_Step: {
            /** @description The items, in the list's order. */
            items: {
                /** @description What the tool was called with. */
                arguments?: unknown;
                child_run_id?: components["schemas"]["run_id"] | null;
                ended_at?: components["schemas"]["Timestamp"] | null;
                execution_id?: components["schemas"]["exec_id"] | null;
                /** @description What it is. */
                kind: components["schemas"]["StepKind"];
                /** @description The tool's name; the model's for an answer; the step's in a workflow. */
                name: string;
                /** @description Why it was skipped, and which names were missing; or what went wrong. */
                note?: string | null;
                /** @description What later steps of a workflow find under its name; a step with items has none of its own. */
                output?: unknown;
                /**
                 * Format: int64
                 * @description 0 for the answer itself; its tools follow from 1, in the model's order. In a workflow 0 for the step itself; its
                 *     items follow from 1.
                 */
                position: number;
                /** @description What the model was told of it. */
                result?: string | null;
                /**
                 * Format: int32
                 * @description How often it was tried again.
                 */
                retries?: number;
                /**
                 * Format: int64
                 * @description Which answer of the model, from 1; which step of the workflow.
                 */
                seq: number;
                /** @description When it began. */
                started_at: components["schemas"]["Timestamp"];
                /** @description Where it stands. */
                state: components["schemas"]["StepState"];
                /** @description The provider's id of the call. */
                tool_call_id?: string | null;
                usage?: components["schemas"]["Usage"] | null;
            }[];
            /** @description Give this as `cursor` to go on; absent on the last page. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. */
        Page_Template: {
            /** @description The items, in the list's order. */
            items: {
                /** @description Test cases that a copy gets, with the same blanks; a list of templates leaves them out. */
                cases?: Record<string, unknown>[];
                /** @description A word to sort by. */
                category: string;
                /** @description What it is for. */
                description: string;
                /** @description What calling the tool does to the world. */
                effect: components["schemas"]["Effect"];
                /** @description Its slug, or the id of the tool that it is. */
                id: string;
                /** @description What carries the tool out. */
                kind: components["schemas"]["Kind"];
                /** @description JSON Schema of the values for its blanks. */
                parameters: Record<string, unknown>;
                /** @description The secrets that the tool names, with the default values. */
                secrets: string[];
                /** @description Where it comes from. */
                source: components["schemas"]["TemplateSource"];
                /** @description Words to find it by. */
                tags: string[];
                /** @description What people call it. */
                title: string;
                /** @description The tool with its blanks, `<<name>>`. */
                tool: Record<string, unknown>;
            }[];
            /** @description Give this as `cursor` to go on; absent on the last page. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. */
        Page_Thread: {
            /** @description The items, in the list's order. */
            items: {
                agent_id?: components["schemas"]["asst_id"] | null;
                /** @description Variables that every run of it is given as context; a run's own context comes over them. */
                context: Record<string, unknown>;
                /** @description When it was begun. */
                created_at: components["schemas"]["Timestamp"];
                /** @description Its id. */
                id: components["schemas"]["thread_id"];
                /**
                 * Format: int64
                 * @description How many messages it has.
                 */
                message_count: number;
                /** @description The organization it belongs to. */
                organization_id: components["schemas"]["org_id"];
                /** @description What to call it; empty when nobody said. */
                title?: string;
                /** @description When it last changed. */
                updated_at: components["schemas"]["Timestamp"];
                /**
                 * @description Who began it. Others of the organization see that it is there; only they, and
                 *     administrators, read it and go on with it.
                 */
                user_id: components["schemas"]["user_id"];
            }[];
            /** @description Give this as `cursor` to go on; absent on the last page. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. */
        Page_ThreadMessage: {
            /** @description The items, in the list's order. */
            items: (components["schemas"]["ChatMessage"] & {
                /** @description When it was added. */
                created_at: components["schemas"]["Timestamp"];
                run_id?: components["schemas"]["run_id"] | null;
                /**
                 * Format: int64
                 * @description Its place in the thread, from 1, without gaps.
                 */
                seq: number;
            })[];
            /** @description Give this as `cursor` to go on; absent on the last page. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. */
        Page_Ticket: {
            /** @description The items, in the list's order. */
            items: {
                agent_id?: components["schemas"]["asst_id"] | null;
                /** @description The phone call. */
                call_id?: string | null;
                /** @description The conversation. */
                conversation_id?: string | null;
                /** @description When it was made. */
                created_at: components["schemas"]["Timestamp"];
                /** @description What was decided so far. */
                decisions: components["schemas"]["Decision"][];
                /** @description The execution that waits. */
                execution_id: components["schemas"]["exec_id"];
                /** @description When it expires. */
                expires_at: components["schemas"]["Timestamp"];
                /** @description Its id. */
                id: components["schemas"]["tick_id"];
                /** @description What is waited for. */
                kind: components["schemas"]["TicketKind"];
                /** @description The organization it belongs to. */
                organization_id: components["schemas"]["org_id"];
                /**
                 * Format: int64
                 * @description Counts the changes. Whoever decides may name the one that they have seen.
                 */
                revised: number;
                /**
                 * Format: int64
                 * @description The tool's revision when it was asked for; the execution goes on with this one.
                 */
                revision: number;
                /** @description Who may decide. */
                rule: components["schemas"]["TicketRule"];
                /** @description What is to be done. */
                shown: components["schemas"]["Shown"];
                /** @description Where it stands. */
                state: components["schemas"]["TicketState"];
                /** @description The token. */
                token_id: components["schemas"]["tok_id"];
                /** @description The tool. */
                tool_id: components["schemas"]["tool_id"];
                /** @description The tool's name when it was asked for. */
                tool_name: string;
                /** @description When it last changed. */
                updated_at: components["schemas"]["Timestamp"];
                /** @description Whose token asked. */
                user_id: components["schemas"]["user_id"];
            }[];
            /** @description Give this as `cursor` to go on; absent on the last page. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. */
        Page_Token: {
            /** @description The items, in the list's order. */
            items: {
                /** @description When it was made. */
                created_at: components["schemas"]["Timestamp"];
                expires_at?: components["schemas"]["Timestamp"] | null;
                /** @description Its id. */
                id: components["schemas"]["tok_id"];
                /** @description What it is for. */
                kind: components["schemas"]["TokenKind"];
                last_used_at?: components["schemas"]["Timestamp"] | null;
                /** @description A name to know it by. */
                name: string;
                /** @description The first characters of its text, to tell tokens apart. */
                prefix: string;
                /** @description Its role, no higher than the user's. */
                role: components["schemas"]["Role"];
                /** @description What it may be used for; empty means all that the role allows. */
                scopes: components["schemas"]["Scope"][];
                /** @description Whose it is. */
                user_id: components["schemas"]["user_id"];
            }[];
            /** @description Give this as `cursor` to go on; absent on the last page. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. */
        Page_Tool: {
            /** @description The items, in the list's order. */
            items: {
                /** @description Whether it may be called. */
                active?: boolean;
                /** @description Arguments that the server fills in. The model neither sees nor may send them. */
                bound?: {
                    [key: string]: components["schemas"]["Bound"];
                };
                /** @description A word to sort tools by. */
                category?: string | null;
                /** @description The configuration of its kind. */
                config: components["schemas"]["Config"];
                /** @description When it was made. */
                created_at: components["schemas"]["Timestamp"];
                /** @description What it does and when to use it, for the model. */
                description?: string;
                /** @description What people call it; the name when absent. */
                display_name?: string | null;
                /** @description What calling it does to the world. A tool that says nothing is taken to write. */
                effect?: components["schemas"]["Effect"];
                fallback?: components["schemas"]["Fallback"] | null;
                /** @description Its id. */
                id: components["schemas"]["tool_id"];
                /** @description Whether other organizations may see and copy it. */
                is_public?: boolean;
                /** @description Whether everybody in the organization may call it. */
                is_shared?: boolean;
                /** @description Whether it is meant to be copied rather than called. */
                is_template?: boolean;
                /** @description What carries it out. */
                kind: components["schemas"]["Kind"];
                /** @description Words that other interfaces and programs keep with it. The server does nothing by them. */
                labels?: {
                    [key: string]: string;
                };
                /** @description Unique in the organization; letters, digits, `_` and `-`, at most 64, not starting with a digit or `-`. */
                name: string;
                /** @description The organization it belongs to. */
                organization_id: components["schemas"]["org_id"];
                /**
                 * @description JSON Schema 2020-12 of the arguments, bound ones included. Those of a `system` tool follow from its
                 *     configuration, a `business` tool that says nothing gets its own.
                 */
                parameters?: Record<string, unknown>;
                /** @description Time, retries, confirmation and where it may be used. */
                policy?: components["schemas"]["Policy"];
                /** @description Paths into the arguments whose values are hidden in the execution log. */
                redact?: string[];
                /** @description A write that may be sent again at will, for example one that sets a value. */
                repeatable?: boolean;
                /** @description How an answer becomes a result. */
                result?: components["schemas"]["ResultSpec"];
                /**
                 * Format: int64
                 * @description Counts up with every change, from 1.
                 */
                revision: number;
                speech?: components["schemas"]["Speech"] | null;
                /** @description When it last changed. */
                updated_at: components["schemas"]["Timestamp"];
                /** @description Who made it. */
                user_id: components["schemas"]["user_id"];
                /** @description A semantic version to give this state of the tool. Without it the patch number goes up by one. */
                version?: string | null;
            }[];
            /** @description Give this as `cursor` to go on; absent on the last page. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. */
        Page_ToolChange: {
            /** @description The items, in the list's order. */
            items: {
                /** @description When. */
                at: components["schemas"]["Timestamp"];
                /** @description Why. */
                because: components["schemas"]["Reason"][];
                /**
                 * Format: int64
                 * @description The revision before.
                 */
                from_revision: number;
                /** @description The version before. */
                from_version: string;
                /** @description What the change means. */
                level: components["schemas"]["Level"];
                /**
                 * Format: int64
                 * @description The revision that the agent has since then.
                 */
                revision: number;
                /** @description The version since then. */
                to_version: string;
                /** @description Its name at the time. */
                tool: string;
                /** @description The tool. */
                tool_id: components["schemas"]["tool_id"];
                /** @description Who made it. */
                user_id: components["schemas"]["user_id"];
            }[];
            /** @description Give this as `cursor` to go on; absent on the last page. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. */
        Page_ToolSuggestions: {
            /** @description The items, in the list's order. */
            items: {
                /** @description The weightiest first; at most 100. */
                suggestions: components["schemas"]["Suggestion"][];
                /** @description The tool's name. */
                tool: string;
            }[];
            /** @description Give this as `cursor` to go on; absent on the last page. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. */
        Page_ToolVersion: {
            /** @description The items, in the list's order. */
            items: {
                /** @description When. */
                created_at: components["schemas"]["Timestamp"];
                /** @description Why, if they said. */
                note?: string | null;
                /**
                 * Format: int64
                 * @description Counts up with every change, from 1.
                 */
                revision: number;
                /** @description The author's form at that time. */
                spec: components["schemas"]["ToolSpec"];
                /** @description Who made it so. */
                user_id: components["schemas"]["user_id"];
                /** @description Its semantic version. */
                version: string;
            }[];
            /** @description Give this as `cursor` to go on; absent on the last page. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. */
        Page_UnmatchedCall: {
            /** @description The items, in the list's order. */
            items: {
                /** @description The agent through which it was asked for, as the caller wrote it. */
                agent?: string | null;
                /** @description The names of the last call's arguments. */
                argument_names: string[];
                /**
                 * Format: int64
                 * @description How often.
                 */
                count: number;
                /** @description When it was first asked for. */
                first_at: components["schemas"]["Timestamp"];
                /** @description When it was last asked for. */
                last_at: components["schemas"]["Timestamp"];
                /** @description What to do about it. */
                message: string;
                /** @description The name that was asked for. */
                name: string;
                /** @description Tools that may have been meant, the nearest first. */
                nearest: string[];
            }[];
            /** @description Give this as `cursor` to go on; absent on the last page. */
            next_cursor?: string | null;
        };
        /** @description One page of a list. */
        Page_Workflow: {
            /** @description The items, in the list's order. */
            items: (components["schemas"]["WorkflowPlan"] & {
                /** @description When it was made. */
                created_at: components["schemas"]["Timestamp"];
                /** @description What it is for. */
                description?: string;
                /** @description Its id. */
                id: components["schemas"]["wf_id"];
                /** @description A name, unique in the organization. */
                name: string;
                /** @description The organization it belongs to. */
                organization_id: components["schemas"]["org_id"];
                /**
                 * Format: int64
                 * @description Counts its changes, from 1. Whoever changes it may name the one that they have seen.
                 */
                revision: number;
                /** @description When it last changed. */
                updated_at: components["schemas"]["Timestamp"];
                /** @description Who made it. */
                user_id: components["schemas"]["user_id"];
            })[];
            /** @description Give this as `cursor` to go on; absent on the last page. */
            next_cursor?: string | null;
        };
        /** @description A piece of a message. */
        Part: {
            /** @description The text itself. */
            text: string;
            /** @enum {string} */
            type: "text";
        } | {
            /** @description The bytes in base64. */
            data: string;
            /** @description Its media type, such as `image/png`. */
            media_type: string;
            /** @enum {string} */
            type: "image";
        } | {
            /** @description Which. */
            document: components["schemas"]["doc_id"];
            /** @description Its media type. */
            media_type: string;
            /** @enum {string} */
            type: "document";
        };
        /** @description How an execution came past limits and the cache, and what a sandbox says of it. What refused one stands in its error. */
        Passage: {
            cache?: components["schemas"]["CacheUse"] | null;
            /**
             * Format: int64
             * @description How old the result was that the cache gave, in milliseconds.
             */
            cache_age_ms?: number | null;
            /**
             * Format: double
             * @description How long it waited for a place, in milliseconds.
             */
            queued_ms?: number | null;
            sandbox?: components["schemas"]["SandboxReport"] | null;
        };
        /** @description Something that an execution waits for, as the caller is told. */
        Pending: {
            /** @description Until when it waits. */
            expires_at: components["schemas"]["Timestamp"];
            /** @description What is waited for. */
            kind: components["schemas"]["TicketKind"];
            /** @description Where the outcome can be asked for. */
            poll: string;
            /** @description What to ask the person on the line, for a confirmation. */
            question?: string | null;
            /** @description A sentence for the person on the line. */
            spoken: string;
            /** @description The ticket. */
            ticket: components["schemas"]["tick_id"];
        };
        /**
         * @description Who shares a limit: each of them has an allowance of their own.
         * @enum {string}
         */
        Per: "tool" | "agent" | "organization" | "user" | "conversation";
        /** @description Which state of a tool an agent has. */
        Pin: number | string;
        /** @description Time, retries, confirmation, and where a tool may be used. */
        Policy: {
            /**
             * @description Where it may be used; empty means anywhere.
             * @default []
             */
            allowed_contexts?: components["schemas"]["Channel"][];
            /**
             * Format: int32
             * @description The caller is answered at the latest after this long, 100 to 600000 ms; the execution finishes behind, within
             *     `timeout_ms`. Without it the caller waits.
             * @default null
             */
            answer_by_ms?: number | null;
            /**
             * @description What the person on the line is told then.
             * @default null
             */
            answer_by_say?: string | null;
            /** @description An operator must agree first: `true`, or a rule. */
            approval?: unknown;
            /** @default null */
            breaker?: components["schemas"]["BreakerForm"] | null;
            /** @default null */
            cache?: components["schemas"]["Cache"] | null;
            /**
             * Format: int32
             * @description Short for `cache: {ttl_s: …}`.
             * @default null
             */
            cache_ttl_s?: number | null;
            /** @default null */
            concurrency?: components["schemas"]["ConcurrencyForm"] | null;
            /** @description The person on the line must agree first: `true`, a question, or a rule. */
            confirm?: unknown;
            /**
             * Format: int32
             * @description To reach the upstream, TLS included; each attempt anew.
             * @default 5000
             */
            connect_timeout_ms?: number;
            /**
             * @description Whether a model that calls several tools at once may have this one carried out beside the others though it
             *     changes something. Reads may always.
             * @default false
             */
            parallel?: boolean;
            /**
             * @description How often it may be called; one limit or a list of at most 8.
             * @default []
             */
            rate_limit?: components["schemas"]["RateLimitForm"];
            /**
             * Format: int32
             * @description From the request sent to the first byte, and from one piece of the answer to the next; each attempt anew.
             * @default 10000
             */
            read_timeout_ms?: number;
            /**
             * @description When to send again. What *may* be sent again is decided by the retry gate, whatever stands here.
             * @default {
             *       "network": {
             *         "attempts": 3,
             *         "base_ms": 1000
             *       },
             *       "rate_limit": {
             *         "attempts": 5,
             *         "base_ms": 5000
             *       },
             *       "timeout": {
             *         "attempts": 2,
             *         "base_ms": 2000
             *       },
             *       "max_delay_ms": 60000,
             *       "jitter": true
             *     }
             */
            retry?: components["schemas"]["RetryPolicy"];
            /**
             * @description Equal reads at the same time become one request upstream, also without a cache.
             * @default false
             */
            single_flight?: boolean;
            /**
             * Format: int32
             * @description The caller's whole wait, retries included. 100 to 600000 ms.
             * @default 30000
             */
            timeout_ms?: number;
        };
        /**
         * @description Whose change wins where both sides changed a field.
         * @enum {string}
         */
        Prefer: "ours" | "theirs";
        /** @description Something that happens while an execution runs. */
        Progress: {
            /**
             * Format: int32
             * @description Which sending this will be, from 2.
             */
            attempt: number;
            /** @description Why. */
            class: components["schemas"]["ErrorClass"];
            /** @enum {string} */
            type: "retrying";
            /**
             * Format: int64
             * @description The wait before it, in milliseconds.
             */
            wait_ms: number;
        } | {
            /** @description What to do: `action` and what belongs to it. */
            control: Record<string, unknown>;
            /** @enum {string} */
            type: "control";
        } | {
            /**
             * Format: double
             * @description How much.
             */
            done: number;
            /** @description What is being done. */
            message?: string | null;
            /**
             * Format: double
             * @description Of how much, if that is known.
             */
            total?: number | null;
            /** @enum {string} */
            type: "part";
        } | {
            /** @description The line. */
            line: string;
            /** @enum {string} */
            type: "log";
        } | {
            /**
             * Format: int32
             * @description For `delayed`: which stage, by its time after the beginning.
             */
            after_ms?: number | null;
            /** @description Whether the sentence should be finished before anything else is said. */
            blocking?: boolean;
            /** @description Its language, when it has one. */
            language?: string | null;
            /** @description The sentence. */
            say: string;
            /** @description When in the execution. */
            stage: components["schemas"]["SpeechStage"];
            /** @enum {string} */
            type: "speech";
        };
        prop_id: string;
        /** @description A change that waits, or waited, for the agreement of another person. */
        Proposal: {
            /**
             * Format: int64
             * @description The revision that the change was made from; `null` for a tool that is yet to be made.
             */
            base_revision?: number | null;
            /** @description When it was made. */
            created_at: components["schemas"]["Timestamp"];
            decided_at?: components["schemas"]["Timestamp"] | null;
            decided_by?: components["schemas"]["user_id"] | null;
            /** @description What they said. */
            decision_note?: string | null;
            /** @description Its id. */
            id: components["schemas"]["prop_id"];
            /** @description What there is to agree to. */
            kind: components["schemas"]["ProposalKind"];
            /** @description Why. */
            note?: string | null;
            /** @description The organization it belongs to. */
            organization_id: components["schemas"]["org_id"];
            /** @description The tool as it is wanted. */
            spec: components["schemas"]["ToolSpec"];
            /** @description Where it stands. */
            state: components["schemas"]["ProposalState"];
            /** @description The tool's name. */
            tool: string;
            /** @description The tool; one that is yet to be made gets this id. */
            tool_id: components["schemas"]["tool_id"];
            /** @description Who made it. */
            user_id: components["schemas"]["user_id"];
        };
        /**
         * @description What it is about a change that somebody else has to agree to.
         * @enum {string}
         */
        ProposalKind: "publish" | "destructive" | "publish_destructive";
        /**
         * @description Where a proposal stands.
         * @enum {string}
         */
        ProposalState: "open" | "approved" | "rejected" | "withdrawn" | "stale";
        /** @description A proposal with what it would change now. */
        ProposalView: {
            bump?: components["schemas"]["Bump"] | null;
            /** @description What it would change, field by field; for a new tool, every field. */
            diff: components["schemas"]["Change"][];
            /** @description Whether the tool was changed since: then it cannot be approved. */
            is_outdated: boolean;
            /** @description The proposal. */
            proposal: components["schemas"]["Proposal"];
        };
        /** @description What is told of a resource that needs a token. */
        ProtectedResource: {
            /** @description Who gives out tokens for it; none when people make them here. */
            authorization_servers?: string[];
            /** @description How a token is sent. */
            bearer_methods_supported: string[];
            /** @description The resource's address. */
            resource: string;
            /** @description What it is. */
            resource_name: string;
            /** @description What tokens may be good for. */
            scopes_supported: string[];
        };
        prov_id: string;
        /**
         * @description How a provider is spoken to.
         * @enum {string}
         */
        ProviderKind: "openai" | "openai_responses" | "azure" | "anthropic" | "gemini" | "openai_compatible";
        /** @description What only some providers want to know. */
        ProviderOptions: {
            /**
             * @description Azure: the version of the interface, `2024-10-21` when absent; none with an address that ends in `/v1`.
             * @default null
             */
            api_version?: string | null;
            /** @description More fields of every request's body, for example `{"reasoning": {"effort": "low"}}`. They do not replace ours. */
            body?: Record<string, unknown>;
            /**
             * @description Azure: the deployment that is called; absent, the model's name is the deployment's.
             * @default null
             */
            deployment?: string | null;
            /**
             * @description More headers of every request. Keys have no place here: they are secrets.
             * @default {}
             */
            headers?: {
                [key: string]: string;
            };
            /**
             * @description Azure: the secret is a token of Entra ID, not a key.
             * @default false
             */
            token?: boolean;
        };
        /**
         * @description Where a provider comes from.
         * @enum {string}
         */
        ProviderSource: "organization" | "environment";
        /** @description What to say about a draft that becomes the live state. */
        Publish: {
            /** @description Why, for the history. */
            note?: string | null;
        };
        /** @description The organization that shows a tool. */
        Publisher: {
            /** @description Its name. */
            name: string;
            /** @description Its id. */
            organization_id: components["schemas"]["org_id"];
        };
        /** @description What an organization demands before a tool is made public or destructive. */
        Publishing: {
            /** @description Two people, also when the first has the right: nobody does it alone. */
            four_eyes: boolean;
        };
        /** @description A Python function, run in a fresh sandbox for each execution. */
        PythonConfig: {
            /** @description The modules that the code may import; a name allows what is under it too. Without it: the standard library as far as it is safe. */
            allowed_imports?: string[] | null;
            /** @description The source, at most 256 KiB, with the function in it. */
            code: string;
            /** @description Names of secrets that the code may read, in `os.environ` and `context["env"]`. */
            environment_variables?: string[];
            /**
             * Format: double
             * @description The same in seconds, for tools that come from elsewhere.
             */
            execution_timeout?: number | null;
            /** @description The function to call. Without it: `execute_tool`, else the only function, else the one named like the tool. */
            function_name?: string | null;
            /**
             * Format: int32
             * @description The most bytes of the result as JSON, before it is shaped: 1 to 8388608. Default 1048576.
             */
            max_output_bytes?: number | null;
            /**
             * Format: int32
             * @description The most memory that the sandbox may hold, in MiB, the interpreter's own 20 included: 32 to 512. Default 128.
             */
            memory_limit_mb?: number | null;
            network?: components["schemas"]["Network"] | null;
            /**
             * Format: int32
             * @description The function's own wall time in milliseconds, 10 to 600000; `policy.timeout_ms` holds besides.
             */
            timeout_ms?: number | null;
        };
        /** @description A token bucket: `requests` in `per_seconds` on the long run, `burst` of them at once. */
        RateLimit: {
            /**
             * Format: int32
             * @description How many at once after a quiet time; `requests` when absent.
             */
            burst?: number | null;
            per?: components["schemas"]["Per"] | null;
            /**
             * Format: int32
             * @description In how many seconds; 1 to 2,678,400 (31 days).
             */
            per_seconds: number;
            /**
             * Format: int32
             * @description How many calls; 1 to 1,000,000.
             */
            requests: number;
        };
        /** @description What may be written for rate limits. */
        RateLimitForm: components["schemas"]["RateLimit"] | components["schemas"]["RateLimit"][];
        /** @description A rate limit now. */
        RateStatus: {
            /** @description Where it is written. */
            from: components["schemas"]["From"];
            /**
             * Format: int64
             * @description How many calls the caller has left right now.
             */
            left: number;
            /** @description As written. */
            limit: components["schemas"]["RateLimit"];
            /** @description Who shares it. */
            per: components["schemas"]["Per"];
        };
        /** @description An agent that a change reaches. */
        Reached: {
            /** @description Its id. */
            id: components["schemas"]["asst_id"];
            /** @description Its name. */
            name: string;
        };
        /** @description One change and what it means. */
        Reason: {
            /** @description What it means by itself. */
            level: components["schemas"]["Level"];
            /** @description The field, dotted, for example `parameters.properties.date`. */
            path: string;
            /** @description What happened to it, in words. */
            what: string;
        };
        /** @description What became of a result. */
        Received: {
            /** @description `received`, or `already_received` when there was one before. */
            status: string;
        };
        /** @description What was found when a server was asked. */
        Refreshed: {
            /** @description Whether any tool is new, gone, or defined in another way than before. */
            has_changed: boolean;
            /** @description Tools that cannot be used, with the reason. */
            refused: string[];
            /** @description The server as it is known now. */
            server: components["schemas"]["McpServer"];
        };
        /** @description An organization's new name. */
        Rename: {
            /** @description The name. */
            name: string;
        };
        /** @description How to repeat an execution. */
        ReplaySpec: {
            /** @description Other arguments than the recorded ones. */
            arguments?: Record<string, unknown> | null;
            /** @description The context; the recorded call and conversation when absent. */
            context?: Record<string, unknown> | null;
            /**
             * @description Only show what would be sent.
             * @default false
             */
            dry_run?: boolean;
        };
        /** @description A projection of a result. */
        ResultMap: string | {
            [key: string]: string;
        };
        /** @description What became of a result. */
        ResultReceived: {
            /** @description `received`, or `already_received` when there was one before. */
            status: string;
        };
        /** @description How an answer becomes a result for the model. Paths are JSON pointers (`/data/items`) or dotted (`data.items`). */
        ResultSpec: {
            /**
             * @description Where the answer has the data; without it, all of it.
             * @default null
             */
            data?: string | null;
            /** @default null */
            map?: components["schemas"]["ResultMap"] | null;
            /**
             * Format: int32
             * @description The most bytes that the model is shown; more is cut and can be fetched with a cursor. Default 16384.
             * @default null
             */
            max_bytes?: number | null;
            /**
             * @description Where the answer has a sentence about the result.
             * @default null
             */
            message?: string | null;
            /**
             * @description Paths whose values are hidden in the execution log (the caller still gets them).
             * @default []
             */
            redact?: string[];
            /** @description A JSON Schema that the answer must fit. */
            schema?: Record<string, unknown> | null;
            /**
             * @description Where the answer says whether it worked. A value that is false, null or absent makes the execution fail.
             * @default null
             */
            success?: string | null;
        };
        /** @description When to send again, for each class of error. */
        RetryPolicy: {
            /**
             * @description A wait is drawn between half and all of its length, so that many callers do not come back at once.
             * @default true
             */
            jitter?: boolean;
            /**
             * Format: int32
             * @description No wait is longer than this.
             * @default 60000
             */
            max_delay_ms?: number;
            /**
             * @description Connection errors, and 502, 503 and 504. Default 3 times from 1 s.
             * @default {
             *       "attempts": 3,
             *       "base_ms": 1000
             *     }
             */
            network?: components["schemas"]["RetryRule"];
            /**
             * @description 429, and 503 with `Retry-After`. Default 5 times from 5 s.
             * @default {
             *       "attempts": 5,
             *       "base_ms": 5000
             *     }
             */
            rate_limit?: components["schemas"]["RetryRule"];
            /**
             * @description Other statuses that the author wants sent again, by the `network` rule. This is consent to repeat a write
             *     when one of these was *received*.
             * @default []
             */
            retry_on_status_codes?: number[];
            /**
             * @description No answer in time. Default 2 times from 2 s.
             * @default {
             *       "attempts": 2,
             *       "base_ms": 2000
             *     }
             */
            timeout?: components["schemas"]["RetryRule"];
        };
        /** @description How often, and how long to wait: `base_ms`, doubled each time. */
        RetryRule: {
            /**
             * Format: int32
             * @description How many times to send again after the first; at most 10.
             */
            attempts: number;
            /**
             * Format: int32
             * @description The first wait in milliseconds.
             */
            base_ms: number;
        };
        /**
         * @description What a member is in an organization. Later roles include the rights of earlier ones.
         * @enum {string}
         */
        Role: "viewer" | "operator" | "builder" | "admin" | "owner";
        /** @description Where to go back to. */
        Rollback: {
            /** @description Why, for the history. */
            note?: string | null;
            /**
             * Format: int64
             * @description The revision to bring back.
             */
            revision: number;
        };
        /** @description The secret that a hook is to have. */
        RotateHook: {
            /**
             * Format: password
             * @description The new secret, where the platform has one already; a fresh one when absent.
             */
            secret?: string | null;
        };
        /**
         * @description Where a rule stands.
         * @enum {string}
         */
        RuleState: "ok" | "pending" | "firing";
        /** @description An agent or a workflow at work on a thread. */
        Run: {
            agent_id?: components["schemas"]["asst_id"] | null;
            /** @description The agent's name when it began. */
            agent_name?: string | null;
            /** @description When it was asked for. */
            created_at: components["schemas"]["Timestamp"];
            /** @description When it gives up. */
            deadline_at: components["schemas"]["Timestamp"];
            /**
             * Format: int32
             * @description How many runs stand above it.
             */
            depth?: number;
            ended_at?: components["schemas"]["Timestamp"] | null;
            error?: components["schemas"]["RunError"] | null;
            handed_to?: components["schemas"]["HandedTo"] | null;
            /** @description Its id. */
            id: components["schemas"]["run_id"];
            /** @description What was asked. */
            input: string;
            /** @description The job that carries it. */
            job_id: components["schemas"]["job_id"];
            /** @description Who is at work. */
            kind: components["schemas"]["RunKind"];
            /** @description How far it may go. */
            limits: components["schemas"]["RunLimits"];
            /** @description What its caller wants kept with it. */
            metadata: Record<string, unknown>;
            /** @description The model, as the agent named it when it began. */
            model: string;
            /** @description The organization it belongs to. */
            organization_id: components["schemas"]["org_id"];
            /** @description The answer. */
            output?: string | null;
            parent_id?: components["schemas"]["run_id"] | null;
            /** @description What a workflow came to: `output` as a value, and `workflow_results` step by step. Not in lists. */
            result?: Record<string, unknown> | null;
            started_at?: components["schemas"]["Timestamp"] | null;
            /** @description Where it stands. */
            state: components["schemas"]["RunState"];
            /**
             * Format: int32
             * @description Answers of the model so far, or steps of a workflow that have ended.
             */
            steps: number;
            /** @description The thread that it takes forward. That of a workflow holds what it was given and what came of it. */
            thread_id: components["schemas"]["thread_id"];
            /** @description When it last changed. */
            updated_at: components["schemas"]["Timestamp"];
            /** @description Tokens used so far; a workflow's are those of its agents. */
            usage: components["schemas"]["Usage"];
            /** @description For whom it runs: with their rights, never more. */
            user_id: components["schemas"]["user_id"];
            workflow_id?: components["schemas"]["wf_id"] | null;
            /** @description The workflow's name when it began. */
            workflow_name?: string | null;
        };
        run_id: string;
        /** @description How far one run may go at most, within its agent's limits. */
        RunBounds: {
            /**
             * Format: int32
             * @description The most answers of the model, 1 to 200; absent, the agent's.
             * @default null
             */
            max_steps?: number | null;
            /**
             * Format: int64
             * @description The most tokens in all; absent, the agent's.
             * @default null
             */
            max_tokens?: number | null;
            /**
             * Format: int32
             * @description The most seconds from its beginning, 1 to 2,592,000; absent, the agent's.
             * @default null
             */
            timeout_s?: number | null;
        };
        /** @description Why a run ended without an answer. */
        RunError: {
            /**
             * @description For programs: `model_error`, `step_limit`, `token_limit`, `deadline`, `loop_detected`, `died`, `not_allowed`,
             *     `internal`; of a workflow also `step_failed` and `too_large`.
             */
            code: string;
            /** @description For people. */
            message: string;
        };
        /**
         * @description Who is at work.
         * @enum {string}
         */
        RunKind: "agent" | "workflow";
        /** @description How far a run may go. */
        RunLimits: {
            /**
             * Format: int32
             * @description The most answers of the model, 1 to 200.
             * @default 25
             */
            max_steps?: number;
            /**
             * Format: int64
             * @description The most tokens in all, as the provider counts them; absent, as many as it takes.
             * @default null
             */
            max_tokens?: number | null;
            /**
             * Format: int32
             * @description The most seconds from its beginning, the time it waits for others included; 1 to 2,592,000 (30 days).
             * @default 86400
             */
            timeout_s?: number;
        };
        /** @description What a run came to. */
        RunReport: {
            /** @description Each case. */
            cases: components["schemas"]["CaseResult"][];
            /**
             * Format: double
             * @description How long all of them took, in milliseconds.
             */
            duration_ms: number;
            /**
             * Format: int32
             * @description How many could not be run.
             */
            errors: number;
            /**
             * Format: int32
             * @description How many did not.
             */
            failed: number;
            /**
             * Format: int32
             * @description How many cases passed.
             */
            passed: number;
            /** @description The tool's name. */
            tool: string;
        };
        /** @description A run to begin. */
        RunSpec: {
            /** @description The agent's name or id. Left out on the agent's own path. */
            agent?: string | null;
            /** @description Where it is used, for tools that are allowed in some places only; `chat` unless said otherwise. */
            channel?: ("call" | "chat" | "sms" | "webhook" | "test" | "mcp") | null;
            /** @description Variables of this run, over those of the thread; at most 64 KiB. */
            context?: Record<string, unknown>;
            /**
             * Format: int32
             * @description Begin it this many seconds from now; at most a year.
             */
            delay_s?: number;
            limits?: components["schemas"]["RunBounds"] | null;
            /** @description What is said: a text of at most 400,000 characters, or a list of parts. */
            message: components["schemas"]["Utterance"];
            /** @description Kept with the run; at most 64 KiB. */
            metadata?: Record<string, unknown>;
            /**
             * Format: int64
             * @description Higher goes first where runs wait for a worker.
             */
            priority?: number;
            thread_id?: components["schemas"]["thread_id"] | null;
            /** @description These tools instead of the agent's: the agent's own, and others that you may call. `[]` means none. */
            tools?: string[] | null;
            /**
             * Format: int32
             * @description Wait this long for its end, or until it waits for somebody, in milliseconds.
             */
            wait_ms?: number;
            webhook?: components["schemas"]["WebhookTarget"] | null;
        };
        /**
         * @description Where a run stands.
         *
         *     ```text
         *     queued -> running -> completed | failed | cancelled
         *                  ^  |
         *                  |  v
         *                waiting      for an approval, a callback, a client: nothing is held in memory
         *     ```
         * @enum {string}
         */
        RunState: "queued" | "running" | "waiting" | "completed" | "failed" | "cancelled";
        /** @description Something that was said during an execution. */
        Said: {
            /**
             * Format: double
             * @description How long after the execution was asked for, in milliseconds.
             */
            at_ms: number;
            /** @description Its language, when it has one. */
            language?: string | null;
            /** @description The sentence. */
            say: string;
            /** @description When in the execution. */
            stage: components["schemas"]["SpeechStage"];
        };
        /** @description A request that somebody made once. */
        Sample: {
            /** @description The JSON body. */
            body?: unknown;
            /** @description The headers. */
            headers?: Record<string, unknown>;
            /** @description `POST` when there is a body, else `GET`. */
            method?: string | null;
            /** @description The whole address, query included. */
            url?: string | null;
        };
        /** @description A sample request. */
        SampleBody: {
            /** @description The request. */
            sample: components["schemas"]["Sample"];
        };
        /** @description What a run in the sandbox took, and what it printed. */
        SandboxReport: {
            /** @description The lines that it printed or logged, secrets hidden; at most 64 KiB. */
            logs?: string[];
            /**
             * Format: int64
             * @description How many printed bytes are not kept.
             */
            logs_omitted_bytes?: number;
            /**
             * Format: int64
             * @description The most memory that it held, in bytes; the interpreter's own 20 MiB are in it.
             */
            memory_bytes: number;
            /**
             * Format: double
             * @description How long it waited for its turn, in milliseconds.
             */
            waited_ms: number;
            /**
             * Format: double
             * @description How long the code ran, in milliseconds.
             */
            wall_ms: number;
        };
        /** @description A case that was saved. */
        SavedCase: {
            /** @description What was done. */
            action: components["schemas"]["Action"];
            /** @description The case as it is now. */
            case: components["schemas"]["Case"];
        };
        /** @description A sentence: a plain text, or an object that says when it fits. */
        Say: {
            /**
             * @description Only for `start`: whoever speaks should finish the sentence before anything else is said. Delivered as a flag;
             *     the call itself does not wait.
             */
            blocking?: boolean;
            /** @description Its language, for example `de` or `de-AT`; it is said when `context.language` is that language or a kind of it. */
            language?: string | null;
            /** @description The sentence, a template over `parameters` and `context`. It may not read secrets. */
            say: string;
            /**
             * Format: int32
             * @description How often it is picked among others that fit as well, 1 when absent, at most 100.
             */
            weight?: number | null;
            /** @description A condition over `parameters`, `context`, and at the end `result` or `error`; the sentence fits when it holds. */
            when?: string | null;
        };
        /**
         * @description How a rating is meant.
         * @enum {string}
         */
        Scale: "thumbs" | "stars";
        sch_id: string;
        /** @description When to start what. */
        Schedule: {
            /** @description When it was made. */
            created_at: components["schemas"]["Timestamp"];
            /** @description When, as in cron. */
            cron: string;
            /** @description Whether it starts anything. */
            enabled: boolean;
            /** @description Its id. */
            id: components["schemas"]["sch_id"];
            last_at?: components["schemas"]["Timestamp"] | null;
            /** @description Why it could not start anything the last time. */
            last_error?: string | null;
            last_job_id?: components["schemas"]["job_id"] | null;
            /** @description A name, unique in the organization. */
            name: string;
            next_at?: components["schemas"]["Timestamp"] | null;
            /** @description The organization it belongs to. */
            organization_id: components["schemas"]["org_id"];
            /** @description What it starts. */
            target: components["schemas"]["ScheduleTarget"];
            /** @description By which clock. */
            time_zone: string;
            /** @description When it was last changed by a person. */
            updated_at: components["schemas"]["Timestamp"];
            /** @description Whoever wrote it last: what it starts is done with their rights. */
            user_id: components["schemas"]["user_id"];
        };
        /** @description A schedule as its author writes it. */
        ScheduleSpec: {
            /**
             * @description When: five cron fields (six with seconds first), or `@hourly`, `@daily`, `@weekly`, `@monthly`, `@yearly`.
             * @example 30 7 * * mon-fri
             */
            cron: string;
            /** @description Whether it starts anything. */
            enabled?: boolean;
            /** @description Unique in the organization, 1 to 100 characters. */
            name: string;
            /** @description What it starts. */
            target: components["schemas"]["ScheduleTarget"];
            /**
             * @description By which clock: the name of a time zone.
             * @example Europe/Berlin
             */
            time_zone?: string;
        };
        /** @description What a schedule starts: a run of an agent (`agent` and `message`), or a call of a tool (`tool`). */
        ScheduleTarget: {
            /**
             * @description The agent that is run; with `tool` the agent through which the tool is called. A name or an id.
             * @default null
             */
            agent?: string | null;
            /** @description Its arguments. */
            arguments?: Record<string, unknown> | null;
            /** @description Variables of the run or of the call; at most 64 KiB. */
            context?: Record<string, unknown>;
            /** @default null */
            message?: components["schemas"]["Utterance"] | null;
            /** @default null */
            thread_id?: components["schemas"]["thread_id"] | null;
            /**
             * @description The tool that is called, by name or id.
             * @default null
             */
            tool?: string | null;
            /**
             * @description These tools instead of the agent's.
             * @default null
             */
            tools?: string[] | null;
        };
        /**
         * @description What a token may be used for, when it is not for everything that its role allows.
         * @enum {string}
         */
        Scope: "read" | "tools:call" | "tools:write" | "agents:write" | "agents:run" | "executions:decide" | "mcp" | "admin" | "context:trust";
        sec_id: string;
        /** @description What may be told of a secret. */
        SecretInfo: {
            agent_id?: components["schemas"]["asst_id"] | null;
            /** @description When it was first set. */
            created_at: components["schemas"]["Timestamp"];
            /** @description Its id. */
            id: components["schemas"]["sec_id"];
            /** @description The name that configurations use. */
            name: string;
            /** @description When it was last set. */
            updated_at: components["schemas"]["Timestamp"];
            /**
             * Format: int64
             * @description Counts up with every new value, from 1.
             */
            version: number;
        };
        /** @description A browser session. */
        Session: {
            /** @description To be sent as `X-CSRF-Token` with everything that is not a GET; absent when a token, not the cookie, was shown. */
            csrf_token?: string | null;
            /** @description Who one is. */
            user: components["schemas"]["Me"];
        };
        /**
         * @description Who said how a flag stands.
         * @enum {string}
         */
        SetBy: "default" | "all" | "organization";
        /** @description What a member is to be. */
        SetRole: {
            /** @description The role, at most one's own. */
            role: components["schemas"]["Role"];
        };
        /** @description A secret to keep. */
        SetSecret: {
            /** @description The agent whose own it is to be, by its name or id; the organization's when absent. */
            agent?: string | null;
            /**
             * Format: password
             * @description The plaintext. Nobody can read it back.
             */
            value: string;
        };
        /** @description What somebody found out about an unknown outcome. */
        Settle: {
            /** @description What happened. */
            as: components["schemas"]["Settlement"];
            /** @description How that is known, for the audit log. */
            note?: string | null;
        };
        /**
         * @description What a person decided about an unknown outcome.
         * @enum {string}
         */
        Settlement: "done" | "failed" | "repeat";
        /**
         * @description How bad it is.
         * @enum {string}
         */
        Severity: "info" | "warning" | "critical";
        /** @description What a person who decides may see. Hidden fields are hidden. */
        Shown: {
            /** @description The arguments, bound ones included. */
            arguments: Record<string, unknown>;
            /** @description What the tool does. */
            description: string;
            /** @description What the tool does to the world. */
            effect: string;
            /** @description What the person is asked. */
            question?: string | null;
            /** @description What the tool is called. */
            title: string;
            /** @description The tool's semantic version. */
            version: string;
        };
        /**
         * @description How a signature is written.
         * @enum {string}
         */
        SignatureEncoding: "hex" | "base64";
        /** @description An address for one conversation. */
        SignedUrl: {
            /** @description Good for one conversation within 15 minutes, with the rights of whoever asked for it. */
            signed_url: string;
        };
        /** @description An operation that cannot become a tool. */
        Skipped: {
            /** @description The operation. */
            operation: string;
            /** @description Why. */
            reason: string;
        };
        /** @description Sentences to say while a tool works. Of several that fit one is picked, the same for every retry of an execution. */
        Speech: {
            /**
             * @description Said when it worked.
             * @default []
             */
            complete?: components["schemas"]["Say"][];
            /**
             * @description Said when it is still running after a while; each `after_ms` is a stage of its own.
             * @default []
             */
            delayed?: components["schemas"]["Delayed"][];
            /**
             * @description Said when it failed; the error's own `spoken` when none of these fits.
             * @default []
             */
            failed?: components["schemas"]["Say"][];
            /**
             * @description Said when the execution begins.
             * @default []
             */
            start?: components["schemas"]["Say"][];
        };
        /**
         * @description When something is said.
         * @enum {string}
         */
        SpeechStage: "start" | "delayed" | "complete" | "failed";
        /**
         * @description Where an execution stands.
         *
         *     ```text
         *     received -> claimed -> started -> done | failed | unknown
         *                    |          (reads go from received to done or failed; nothing is written before)
         *                    +-> released   nothing was sent; the key may be used again
         *     ```
         * @enum {string}
         */
        State: "received" | "claimed" | "started" | "done" | "failed" | "unknown" | "released" | "parked";
        /**
         * @description One thing that a run did: an answer of the model, or one of the tools that the answer called; in a workflow a step, or
         *     one item of it.
         */
        Step: {
            /** @description What the tool was called with. */
            arguments?: unknown;
            child_run_id?: components["schemas"]["run_id"] | null;
            ended_at?: components["schemas"]["Timestamp"] | null;
            execution_id?: components["schemas"]["exec_id"] | null;
            /** @description What it is. */
            kind: components["schemas"]["StepKind"];
            /** @description The tool's name; the model's for an answer; the step's in a workflow. */
            name: string;
            /** @description Why it was skipped, and which names were missing; or what went wrong. */
            note?: string | null;
            /** @description What later steps of a workflow find under its name; a step with items has none of its own. */
            output?: unknown;
            /**
             * Format: int64
             * @description 0 for the answer itself; its tools follow from 1, in the model's order. In a workflow 0 for the step itself; its
             *     items follow from 1.
             */
            position: number;
            /** @description What the model was told of it. */
            result?: string | null;
            /**
             * Format: int32
             * @description How often it was tried again.
             */
            retries?: number;
            /**
             * Format: int64
             * @description Which answer of the model, from 1; which step of the workflow.
             */
            seq: number;
            /** @description When it began. */
            started_at: components["schemas"]["Timestamp"];
            /** @description Where it stands. */
            state: components["schemas"]["StepState"];
            /** @description The provider's id of the call. */
            tool_call_id?: string | null;
            usage?: components["schemas"]["Usage"] | null;
        };
        /**
         * @description What a step of a run is.
         * @enum {string}
         */
        StepKind: "model" | "tool" | "agent" | "group";
        /** @description How often a step is tried, when it is known that nothing was done. */
        StepRetry: {
            /**
             * Format: int32
             * @description How long to wait before the next one, in milliseconds.
             */
            delay_ms?: number;
            /**
             * Format: int32
             * @description The most attempts in all.
             */
            max_attempts: number;
        };
        /**
         * @description Where a step stands.
         * @enum {string}
         */
        StepState: "open" | "waiting" | "done" | "failed" | "skipped";
        /** @description What a stubbed upstream does with one request: it answers, or fails. */
        Stub: {
            /** @description The body: JSON, or a text that is sent as it is. */
            body?: unknown;
            /**
             * Format: int32
             * @description How long the answer takes, in milliseconds; it is really waited.
             */
            delay_ms?: number;
            fault?: components["schemas"]["StubFault"] | null;
            /** @description The headers. `Content-Type` is `application/json`, or `text/plain` when `body` is a text, unless it stands here. */
            headers?: {
                [key: string]: string;
            };
            /** @description Which request it is for; any when absent. */
            match?: components["schemas"]["StubMatch"];
            /** @description Answers all further requests that fit as well. */
            repeat?: boolean;
            /**
             * Format: int32
             * @description The status, 200 when absent.
             */
            status?: number | null;
        };
        /**
         * @description How a stubbed upstream fails.
         * @enum {string}
         */
        StubFault: "reset" | "timeout" | "dns" | "connect";
        /** @description Which request a stub is for. */
        StubMatch: {
            /** @description What the body holds: for JSON these fields at least, for a text this text. */
            body?: unknown;
            /**
             * @description The method.
             * @default null
             */
            method?: string | null;
            /**
             * @description The URL: the whole of it, or the path when it starts with `/`; a `*` stands for anything.
             * @default null
             */
            url?: string | null;
        };
        /** @description What could be better about a tool. */
        Suggestion: {
            /** @description A stable name, for example `description_short`. */
            code: string;
            /** @description Where, dotted, for example `parameters.properties.date`. */
            field: string;
            /** @description What to change, as a JSON merge patch over the tool, when that needs no thought. */
            fix?: Record<string, unknown> | null;
            /** @description What is the matter and what to do. */
            message: string;
            /** @description How much it matters. */
            severity: components["schemas"]["Weight"];
        };
        /** @description A step of the call. */
        SystemAction: {
            /** @enum {string} */
            action: "end_call";
            /** @description Said before the call ends, unless the model says something itself. */
            message?: string | null;
        } | {
            /** @enum {string} */
            action: "transfer_to_ai_agent";
            /** @description To whom, and when; 1 to 50. */
            rules: components["schemas"]["AgentRule"][];
        } | {
            /** @enum {string} */
            action: "transfer_to_number";
            /** @description To which number, and when; 1 to 50. */
            rules: components["schemas"]["NumberRule"][];
        } | {
            /** @enum {string} */
            action: "language_detection";
            /**
             * Format: double
             * @description How sure the model must be, 0 to 1.
             */
            detection_threshold?: number | null;
            /** @description Codes such as `en` and `de`; empty means any. */
            supported_languages?: string[];
            /** @description Said when the language changes; `{language}` is its code. */
            switch_message?: string | null;
        } | {
            /** @enum {string} */
            action: "skip_turn";
            /**
             * Format: int32
             * @description At most this often in a row.
             */
            max_skips?: number | null;
            /**
             * Format: double
             * @description After this many seconds of silence.
             */
            trigger_silence_duration?: number | null;
        } | {
            /** @enum {string} */
            action: "play_dtmf";
            /**
             * Format: int32
             * @description The pause between two keys, in milliseconds.
             */
            pause_ms?: number | null;
        };
        /** @description The configuration of a `system` tool. */
        SystemConfig: components["schemas"]["SystemAction"] & {
            driver?: components["schemas"]["Driver"] | null;
            /** @description What people say when they want it, at most 50; told to the model. */
            trigger_phrases?: string[];
            webhook?: components["schemas"]["WebhookTarget"] | null;
        };
        /**
         * @description Whose value stays in a conflict.
         * @enum {string}
         */
        Take: "ours" | "theirs";
        /**
         * @description How a conversation went, as far as that is known without reading it.
         * @enum {string}
         */
        TalkOutcome: "success" | "failure" | "unknown";
        /** @description Who is told. */
        Target: {
            /** @description The secret of the organization that signs it, by name. */
            secret?: string | null;
            /** @enum {string} */
            type: "webhook";
            /** @description Where to; http or https. It may carry a secret path, so that only those who may change rules see it. */
            url: string;
        } | {
            /** @description To whom; 1 to 10 addresses. */
            to: string[];
            /** @enum {string} */
            type: "email";
        };
        /** @description A tool with blanks. */
        Template: {
            /** @description Test cases that a copy gets, with the same blanks; a list of templates leaves them out. */
            cases?: Record<string, unknown>[];
            /** @description A word to sort by. */
            category: string;
            /** @description What it is for. */
            description: string;
            /** @description What calling the tool does to the world. */
            effect: components["schemas"]["Effect"];
            /** @description Its slug, or the id of the tool that it is. */
            id: string;
            /** @description What carries the tool out. */
            kind: components["schemas"]["Kind"];
            /** @description JSON Schema of the values for its blanks. */
            parameters: Record<string, unknown>;
            /** @description The secrets that the tool names, with the default values. */
            secrets: string[];
            /** @description Where it comes from. */
            source: components["schemas"]["TemplateSource"];
            /** @description Words to find it by. */
            tags: string[];
            /** @description What people call it. */
            title: string;
            /** @description The tool with its blanks, `<<name>>`. */
            tool: Record<string, unknown>;
        };
        /**
         * @description Where a template comes from.
         * @enum {string}
         */
        TemplateSource: "builtin" | "organization";
        /** @description How a real request to a provider went. */
        Test: {
            /** @description What went wrong. */
            error?: string | null;
            /**
             * Format: int64
             * @description How long it took.
             */
            latency_ms: number;
            /** @description The model that answered, or was asked. */
            model: string;
            /** @description Whether it answered. */
            ok: boolean;
        };
        /** @description Which model to try. */
        TestModel: {
            /** @description The model's name; the first whole name that the provider lists when absent. */
            model?: string | null;
        };
        /** @description How a test notification went out. */
        TestReport: {
            /** @description How many targets the notification was queued for. */
            queued: number;
        };
        /** @description What a text must be like. */
        TextCheck: {
            /**
             * @description It has this in it.
             * @default null
             */
            contains?: string | null;
            /**
             * @description It is this.
             * @default null
             */
            equals?: string | null;
            /**
             * @description A regular expression finds something in it.
             * @default null
             */
            matches?: string | null;
        };
        /** @description A conversation: an append-only list of messages. */
        Thread: {
            agent_id?: components["schemas"]["asst_id"] | null;
            /** @description Variables that every run of it is given as context; a run's own context comes over them. */
            context: Record<string, unknown>;
            /** @description When it was begun. */
            created_at: components["schemas"]["Timestamp"];
            /** @description Its id. */
            id: components["schemas"]["thread_id"];
            /**
             * Format: int64
             * @description How many messages it has.
             */
            message_count: number;
            /** @description The organization it belongs to. */
            organization_id: components["schemas"]["org_id"];
            /** @description What to call it; empty when nobody said. */
            title?: string;
            /** @description When it last changed. */
            updated_at: components["schemas"]["Timestamp"];
            /**
             * @description Who began it. Others of the organization see that it is there; only they, and
             *     administrators, read it and go on with it.
             */
            user_id: components["schemas"]["user_id"];
        };
        thread_id: string;
        /** @description A message of a thread, in its place. */
        ThreadMessage: components["schemas"]["ChatMessage"] & {
            /** @description When it was added. */
            created_at: components["schemas"]["Timestamp"];
            run_id?: components["schemas"]["run_id"] | null;
            /**
             * Format: int64
             * @description Its place in the thread, from 1, without gaps.
             */
            seq: number;
        };
        /** @description What to change of a thread; what is left out stays. */
        ThreadPatch: {
            /** @description All of its variables, at most 64 KiB; the next run is given them. */
            context?: Record<string, unknown> | null;
            /** @description What to call it, at most 200 characters. */
            title?: string | null;
        };
        /** @description A thread as its author writes it. */
        ThreadSpec: {
            /**
             * @description The agent that it is with, by name or id.
             * @default null
             */
            agent?: string | null;
            /**
             * @description Variables that every run of it is given, at most 64 KiB. They count as verified in runs of a token that may vouch
             *     for what it sends (`context:trust`), if such a token wrote them.
             */
            context?: Record<string, unknown>;
            /**
             * @description What was said before, for example in another system; at most 1,000 messages. Only when it is made.
             * @default []
             */
            messages?: components["schemas"]["ChatMessage"][];
            /**
             * @description What to call it, at most 200 characters.
             * @default
             */
            title?: string;
        };
        tick_id: string;
        /** @description A ticket, as whoever decides it sees it. */
        Ticket: {
            agent_id?: components["schemas"]["asst_id"] | null;
            /** @description The phone call. */
            call_id?: string | null;
            /** @description The conversation. */
            conversation_id?: string | null;
            /** @description When it was made. */
            created_at: components["schemas"]["Timestamp"];
            /** @description What was decided so far. */
            decisions: components["schemas"]["Decision"][];
            /** @description The execution that waits. */
            execution_id: components["schemas"]["exec_id"];
            /** @description When it expires. */
            expires_at: components["schemas"]["Timestamp"];
            /** @description Its id. */
            id: components["schemas"]["tick_id"];
            /** @description What is waited for. */
            kind: components["schemas"]["TicketKind"];
            /** @description The organization it belongs to. */
            organization_id: components["schemas"]["org_id"];
            /**
             * Format: int64
             * @description Counts the changes. Whoever decides may name the one that they have seen.
             */
            revised: number;
            /**
             * Format: int64
             * @description The tool's revision when it was asked for; the execution goes on with this one.
             */
            revision: number;
            /** @description Who may decide. */
            rule: components["schemas"]["TicketRule"];
            /** @description What is to be done. */
            shown: components["schemas"]["Shown"];
            /** @description Where it stands. */
            state: components["schemas"]["TicketState"];
            /** @description The token. */
            token_id: components["schemas"]["tok_id"];
            /** @description The tool. */
            tool_id: components["schemas"]["tool_id"];
            /** @description The tool's name when it was asked for. */
            tool_name: string;
            /** @description When it last changed. */
            updated_at: components["schemas"]["Timestamp"];
            /** @description Whose token asked. */
            user_id: components["schemas"]["user_id"];
        };
        /**
         * @description What is waited for.
         * @enum {string}
         */
        TicketKind: "approval" | "confirmation" | "callback" | "late" | "client" | "run";
        /** @description Who may decide a ticket, and how many of them. */
        TicketRule: {
            /**
             * Format: int32
             * @description How many different people have to agree.
             */
            count: number;
            /** @description Whether the user whose token asked may not decide. The token itself never may. */
            four_eyes?: boolean;
            role?: components["schemas"]["Role"] | null;
            /** @description Only these people, by e-mail address; empty means whoever has the role. */
            users?: string[];
        };
        /**
         * @description Where a ticket stands. It only ever moves on.
         *
         *     ```text
         *     open -> approved -> used          an operator or the person on the line agreed, and the execution goes on
         *     open -> answered -> used          the upstream sent the result, and it was recorded
         *     open -> denied | expired | void   void: nothing is waited for any more
         *     ```
         * @enum {string}
         */
        TicketState: "open" | "approved" | "answered" | "used" | "denied" | "expired" | "void";
        /** Format: date-time */
        Timestamp: string;
        tok_id: string;
        /** @description A token without its text, which is shown once when it is made and never again. */
        Token: {
            /** @description When it was made. */
            created_at: components["schemas"]["Timestamp"];
            expires_at?: components["schemas"]["Timestamp"] | null;
            /** @description Its id. */
            id: components["schemas"]["tok_id"];
            /** @description What it is for. */
            kind: components["schemas"]["TokenKind"];
            last_used_at?: components["schemas"]["Timestamp"] | null;
            /** @description A name to know it by. */
            name: string;
            /** @description The first characters of its text, to tell tokens apart. */
            prefix: string;
            /** @description Its role, no higher than the user's. */
            role: components["schemas"]["Role"];
            /** @description What it may be used for; empty means all that the role allows. */
            scopes: components["schemas"]["Scope"][];
            /** @description Whose it is. */
            user_id: components["schemas"]["user_id"];
        };
        /** @description A short-lived token. */
        TokenGiven: {
            /** @description Until when it is good. */
            expires_at: components["schemas"]["Timestamp"];
            /** @description Always `200`. */
            response: string;
            /** @description The token, to be sent as `X-Token` or `Authorization: Bearer`. */
            token: string;
        };
        /**
         * @description What a token is for.
         * @enum {string}
         */
        TokenKind: "api" | "short" | "session";
        /** @description A new token with its text. */
        TokenMade: components["schemas"]["Token"] & {
            /** @description The text, shown this once. */
            token: string;
        };
        /** @description A tool as the registry keeps it: the author's form with its identity. */
        Tool: {
            /** @description Whether it may be called. */
            active?: boolean;
            /** @description Arguments that the server fills in. The model neither sees nor may send them. */
            bound?: {
                [key: string]: components["schemas"]["Bound"];
            };
            /** @description A word to sort tools by. */
            category?: string | null;
            /** @description The configuration of its kind. */
            config: components["schemas"]["Config"];
            /** @description When it was made. */
            created_at: components["schemas"]["Timestamp"];
            /** @description What it does and when to use it, for the model. */
            description?: string;
            /** @description What people call it; the name when absent. */
            display_name?: string | null;
            /** @description What calling it does to the world. A tool that says nothing is taken to write. */
            effect?: components["schemas"]["Effect"];
            fallback?: components["schemas"]["Fallback"] | null;
            /** @description Its id. */
            id: components["schemas"]["tool_id"];
            /** @description Whether other organizations may see and copy it. */
            is_public?: boolean;
            /** @description Whether everybody in the organization may call it. */
            is_shared?: boolean;
            /** @description Whether it is meant to be copied rather than called. */
            is_template?: boolean;
            /** @description What carries it out. */
            kind: components["schemas"]["Kind"];
            /** @description Words that other interfaces and programs keep with it. The server does nothing by them. */
            labels?: {
                [key: string]: string;
            };
            /** @description Unique in the organization; letters, digits, `_` and `-`, at most 64, not starting with a digit or `-`. */
            name: string;
            /** @description The organization it belongs to. */
            organization_id: components["schemas"]["org_id"];
            /**
             * @description JSON Schema 2020-12 of the arguments, bound ones included. Those of a `system` tool follow from its
             *     configuration, a `business` tool that says nothing gets its own.
             */
            parameters?: Record<string, unknown>;
            /** @description Time, retries, confirmation and where it may be used. */
            policy?: components["schemas"]["Policy"];
            /** @description Paths into the arguments whose values are hidden in the execution log. */
            redact?: string[];
            /** @description A write that may be sent again at will, for example one that sets a value. */
            repeatable?: boolean;
            /** @description How an answer becomes a result. */
            result?: components["schemas"]["ResultSpec"];
            /**
             * Format: int64
             * @description Counts up with every change, from 1.
             */
            revision: number;
            speech?: components["schemas"]["Speech"] | null;
            /** @description When it last changed. */
            updated_at: components["schemas"]["Timestamp"];
            /** @description Who made it. */
            user_id: components["schemas"]["user_id"];
            /** @description A semantic version to give this state of the tool. Without it the patch number goes up by one. */
            version?: string | null;
        };
        tool_id: string;
        /** @description A tool that the model wants to be called. */
        ToolCall: {
            /** @description An object; a text when what the model wrote is not JSON. */
            arguments: unknown;
            /** @description The provider's id of the call, unique within its message; ours where the provider gives none. */
            id: string;
            /** @description The tool's name as the model wrote it. */
            name: string;
        };
        /** @description A change of a tool as one of the agents that it reached sees it. */
        ToolChange: {
            /** @description When. */
            at: components["schemas"]["Timestamp"];
            /** @description Why. */
            because: components["schemas"]["Reason"][];
            /**
             * Format: int64
             * @description The revision before.
             */
            from_revision: number;
            /** @description The version before. */
            from_version: string;
            /** @description What the change means. */
            level: components["schemas"]["Level"];
            /**
             * Format: int64
             * @description The revision that the agent has since then.
             */
            revision: number;
            /** @description The version since then. */
            to_version: string;
            /** @description Its name at the time. */
            tool: string;
            /** @description The tool. */
            tool_id: components["schemas"]["tool_id"];
            /** @description Who made it. */
            user_id: components["schemas"]["user_id"];
        };
        /** @description A failed execution, as the model and the caller see it. */
        ToolError: {
            /** @description What the agent may do instead, for example `phone_transfer`. */
            alternative_action?: string | null;
            /** @description Where it belongs in the taxonomy. */
            class: components["schemas"]["ErrorClass"];
            /** @description A stable, finer name, for example `http_404` or `dns_failed`. */
            code: string;
            /** @description Structured detail: which field, which status, an excerpt of the upstream's answer. */
            details?: Record<string, unknown> | null;
            /** @description What happened and what to do, written for the model. */
            message: string;
            /** @description Whether a person has to act. */
            require_human?: boolean;
            /**
             * Format: int64
             * @description How long to wait before that, in milliseconds.
             */
            retry_after_ms?: number | null;
            /** @description Whether the same call may be made again. */
            retryable: boolean;
            /** @description A sentence that can be spoken to the person on the line. */
            spoken: string;
        };
        /**
         * @description How a model is offered tools.
         * @enum {string}
         */
        ToolOffer: "all" | "search" | "auto";
        /** @description A tool as its author writes it. */
        ToolSpec: {
            /** @description Whether it may be called. */
            active?: boolean;
            /** @description Arguments that the server fills in. The model neither sees nor may send them. */
            bound?: {
                [key: string]: components["schemas"]["Bound"];
            };
            /** @description A word to sort tools by. */
            category?: string | null;
            /** @description The configuration of its kind. */
            config: components["schemas"]["Config"];
            /** @description What it does and when to use it, for the model. */
            description?: string;
            /** @description What people call it; the name when absent. */
            display_name?: string | null;
            /** @description What calling it does to the world. A tool that says nothing is taken to write. */
            effect?: components["schemas"]["Effect"];
            fallback?: components["schemas"]["Fallback"] | null;
            /** @description Whether other organizations may see and copy it. */
            is_public?: boolean;
            /** @description Whether everybody in the organization may call it. */
            is_shared?: boolean;
            /** @description Whether it is meant to be copied rather than called. */
            is_template?: boolean;
            /** @description What carries it out. */
            kind: components["schemas"]["Kind"];
            /** @description Words that other interfaces and programs keep with it. The server does nothing by them. */
            labels?: {
                [key: string]: string;
            };
            /** @description Unique in the organization; letters, digits, `_` and `-`, at most 64, not starting with a digit or `-`. */
            name: string;
            /**
             * @description JSON Schema 2020-12 of the arguments, bound ones included. Those of a `system` tool follow from its
             *     configuration, a `business` tool that says nothing gets its own.
             */
            parameters?: Record<string, unknown>;
            /** @description Time, retries, confirmation and where it may be used. */
            policy?: components["schemas"]["Policy"];
            /** @description Paths into the arguments whose values are hidden in the execution log. */
            redact?: string[];
            /** @description A write that may be sent again at will, for example one that sets a value. */
            repeatable?: boolean;
            /** @description How an answer becomes a result. */
            result?: components["schemas"]["ResultSpec"];
            speech?: components["schemas"]["Speech"] | null;
            /** @description A semantic version to give this state of the tool. Without it the patch number goes up by one. */
            version?: string | null;
        };
        /** @description The plan's older settings of an agent. */
        ToolsSettings: {
            /** @description Further tools: names of tools that there are, or whole tools. They count when the settings are migrated. */
            custom_tools?: unknown[];
            /** @description Which of `endCall` and `transferCall` the agent has; absent leaves it to their own switches. */
            enabled_tools?: string[] | null;
            end_call?: components["schemas"]["EndCallSettings"] | null;
            transfer_call?: components["schemas"]["TransferCallSettings"] | null;
        };
        /** @description What could be better about one tool. */
        ToolSuggestions: {
            /** @description The weightiest first; at most 100. */
            suggestions: components["schemas"]["Suggestion"][];
            /** @description The tool's name. */
            tool: string;
        };
        /** @description How a tool has been used. */
        ToolUsage: {
            /**
             * Format: double
             * @description The mean duration in milliseconds.
             */
            average_ms: number;
            /**
             * Format: int64
             * @description Executions in all.
             */
            count: number;
            /**
             * Format: int64
             * @description Of these, failed or unknown.
             */
            error_count: number;
            /**
             * Format: double
             * @description `error_count / count`, 0 when never used.
             */
            error_rate: number;
            last_used_at?: components["schemas"]["Timestamp"] | null;
            /**
             * Format: double
             * @description The median of the last thousand executions, in milliseconds.
             */
            p50_ms: number;
            /**
             * Format: double
             * @description The 95th percentile of the last thousand executions, in milliseconds.
             */
            p95_ms: number;
        };
        /** @description A tool, and how often a conversation used it. */
        ToolUse: {
            /**
             * Format: int64
             * @description How often it was called.
             */
            count: number;
            /**
             * Format: int64
             * @description How often it failed.
             */
            failed: number;
            /** @description The tool's name. */
            name: string;
        };
        /** @description One state that a tool has been in. */
        ToolVersion: {
            /** @description When. */
            created_at: components["schemas"]["Timestamp"];
            /** @description Why, if they said. */
            note?: string | null;
            /**
             * Format: int64
             * @description Counts up with every change, from 1.
             */
            revision: number;
            /** @description The author's form at that time. */
            spec: components["schemas"]["ToolSpec"];
            /** @description Who made it so. */
            user_id: components["schemas"]["user_id"];
            /** @description Its semantic version. */
            version: string;
        };
        /** @description Who is to be the owner. */
        Transfer: {
            /** @description A member of the organization. */
            user_id: components["schemas"]["user_id"];
        };
        /** @description How a call is transferred. */
        TransferCallSettings: {
            /** @description Said first. */
            custom_message?: string | null;
            /** @description Whether the agent may do it; absent means yes when `enabled_tools` has it. */
            enabled?: boolean | null;
            /** @description When, in words for the model. */
            scenarios?: string[];
            /** @description Whereto; without any number the agent cannot transfer. */
            transfer_numbers?: components["schemas"]["TransferNumber"][];
        };
        /**
         * @description How a call is handed to a person.
         * @enum {string}
         */
        TransferMode: "warm" | "cold";
        /** @description A number to transfer to: the number alone, or with the condition under which. */
        TransferNumber: string | components["schemas"]["DescribedNumber"];
        /** @description How a trial went. */
        Trial: {
            error?: components["schemas"]["ToolError"] | null;
            /** @description The execution, in the log. */
            execution_id: components["schemas"]["exec_id"];
            /**
             * Format: double
             * @description From asked to ended, in milliseconds.
             */
            execution_time_ms: number;
            /** @description What code printed and logged, line by line. */
            logs: string[];
            /**
             * Format: int64
             * @description The most memory that code held, in bytes; null for a tool that is none.
             */
            memory_bytes?: number | null;
            /** @description The result; null when there is none. */
            result: unknown;
            /** @description Its state: `done`, `failed`, `unknown`, or `parked` when somebody must agree first. */
            state: components["schemas"]["State"];
            /** @description Whether it worked. */
            success: boolean;
        };
        /** @description A trial of a tool by whoever builds it. */
        TrialBody: {
            /** @description The arguments, which must fit the tool's schema; `parameters` means the same. */
            arguments?: Record<string, unknown>;
            /** @description What is known about the circumstances. */
            context?: Record<string, unknown>;
            /** @description Try the tool's draft instead of its live state. */
            draft?: boolean;
        };
        /**
         * @description Which part of the context a bound value may read.
         * @enum {string}
         */
        Trust: "verified" | "client";
        /** @description Calls of one name that is no tool's. */
        UnmatchedCall: {
            /** @description The agent through which it was asked for, as the caller wrote it. */
            agent?: string | null;
            /** @description The names of the last call's arguments. */
            argument_names: string[];
            /**
             * Format: int64
             * @description How often.
             */
            count: number;
            /** @description When it was first asked for. */
            first_at: components["schemas"]["Timestamp"];
            /** @description When it was last asked for. */
            last_at: components["schemas"]["Timestamp"];
            /** @description What to do about it. */
            message: string;
            /** @description The name that was asked for. */
            name: string;
            /** @description Tools that may have been meant, the nearest first. */
            nearest: string[];
        };
        /** @description What a source is now. */
        Update: {
            /**
             * Format: int64
             * @description Its revision.
             */
            revision: number;
            /** @description Its semantic version. */
            version: string;
        };
        /** @description What an update did, or would do. */
        Updated: {
            /** @description What was done, or would be. */
            action: components["schemas"]["Action"];
            /** @description Fields that both sides changed. */
            conflicts: components["schemas"]["MergeConflict"][];
            /** @description What differs from before. */
            diff: components["schemas"]["Change"][];
            /** @description Fields that were edited here and stay so. */
            kept: string[];
            /** @description The tool as it is now, or would be. */
            tool: components["schemas"]["Tool"];
            /** @description What works but may surprise. */
            warnings: string[];
        };
        /** @description How to bring a copy up to date. */
        UpdateInstalled: {
            /**
             * @description The new state may use more of your secrets, send to another address, or act without asking as it did before.
             * @default false
             */
            accept?: boolean;
            /**
             * @description Only say what would change.
             * @default false
             */
            dry_run?: boolean;
            /**
             * @description Whose change wins where both sides changed a field.
             * @default ours
             */
            prefer?: components["schemas"]["Prefer"];
        };
        /** @description What changes of an MCP server. What is not given stays; `null` takes away. */
        UpdateMcpServer: {
            /** @description A new key in plain. */
            api_key?: string | null;
            /** @description The program's arguments. */
            args?: string[] | null;
            auth?: components["schemas"]["McpAuth"] | null;
            /** @description Words about what it can do. */
            capabilities?: string[] | null;
            /** @description The program that is the server. */
            command?: string | null;
            /**
             * Format: int32
             * @description How long connecting may take, in milliseconds.
             */
            connect_timeout_ms?: number | null;
            /** @description The program's environment. */
            env?: Record<string, unknown> | null;
            /** @description More headers of every request. */
            headers?: Record<string, unknown> | null;
            /**
             * Format: int32
             * @description How long a session without calls is kept, in seconds.
             */
            idle_timeout_s?: number | null;
            /** @description Whether its tools may be called. */
            is_enabled?: boolean | null;
            /**
             * Format: int32
             * @description The most calls at once.
             */
            max_concurrency?: number | null;
            /**
             * Format: int32
             * @description The most bytes of one answer.
             */
            max_response_bytes?: number | null;
            protocol?: components["schemas"]["McpProtocol"] | null;
            /** @description Its address. */
            url?: string | null;
        };
        /** @description The outcome of a save. */
        Upserted: {
            /** @description What was done, or would be. */
            action: components["schemas"]["Action"];
            bump?: components["schemas"]["Bump"] | null;
            /** @description What differs from before. */
            diff: components["schemas"]["Change"][];
            proposal?: components["schemas"]["Proposal"] | null;
            /** @description The tool as it is now, or would be. */
            tool: components["schemas"]["Tool"];
            /** @description What works but may surprise. */
            warnings: string[];
        };
        /**
         * @description Where the requests of a case go.
         * @enum {string}
         */
        Upstream: "stub" | "real";
        /** @description Tokens that were used, as the provider counts them. */
        Usage: {
            /**
             * Format: int64
             * @description Those of `prompt_tokens` that the provider had kept.
             * @default 0
             */
            cached_tokens?: number;
            /**
             * Format: int64
             * @description What it wrote, its thoughts included.
             * @default 0
             */
            completion_tokens?: number;
            /**
             * Format: int64
             * @description What the model was given.
             * @default 0
             */
            prompt_tokens?: number;
            /**
             * Format: int64
             * @description Both.
             * @default 0
             */
            total_tokens?: number;
        };
        user_id: string;
        /** @description What somebody says: a text, or pieces. */
        Utterance: string | components["schemas"]["Part"][];
        /** @description A message of Vapi. */
        "vapi.Message": {
            /** @description The assistant. */
            assistant?: Record<string, unknown> | null;
            /** @description The telephone or web call. */
            call?: Record<string, unknown> | null;
            /** @description The chat, if it is one. */
            chat?: Record<string, unknown> | null;
            /** @description Who is on the line. */
            customer?: Record<string, unknown> | null;
            /** @description The number on our side. */
            phoneNumber?: Record<string, unknown> | null;
            /** @description The calls: `{id, function: {name, arguments}}` or `{id, name, parameters}`. */
            toolCallList?: Record<string, unknown>[] | null;
            /** @description The same calls with the tools as Vapi knows them: `{…, toolCall}`. */
            toolWithToolCallList?: Record<string, unknown>[] | null;
            /** @description `tool-calls`; other messages are taken note of. */
            type?: string | null;
        };
        /** @description What Vapi is answered. */
        "vapi.Response": {
            /** @description Why there is no answer to this message. */
            error?: string | null;
            /** @description One for each call. */
            results?: components["schemas"]["vapi.ToolResult"][] | null;
        };
        /** @description What Vapi sends. Fields that are not named here are passed over. */
        "vapi.ServerMessage": {
            message: components["schemas"]["vapi.Message"];
        };
        /** @description The result of one call. */
        "vapi.ToolResult": {
            /** @description Why nothing came of it, on one line. */
            error?: string | null;
            name: string;
            /** @description What came of it, on one line. */
            result?: string | null;
            toolCallId: string;
        };
        /**
         * @description How a check came out.
         * @enum {string}
         */
        Verdict: "ok" | "warn" | "fail";
        /** @description What a walk along the chain came to. */
        Verified: {
            broken?: components["schemas"]["Broken"] | null;
            /** @description Whether that was to its end. If not, ask again with `after_seq` and `after_hash` of `last`. */
            complete: boolean;
            last?: components["schemas"]["Head"] | null;
            /** @description Whether nothing is broken as far as it was walked. */
            ok: boolean;
            /**
             * Format: int64
             * @description How many rows of the chain were walked over now.
             */
            rows: number;
            /**
             * Format: int64
             * @description How many rows are older than the chain; they are not protected.
             */
            unchained: number;
        };
        /** @description Something that a format cannot express. */
        Warning: {
            /** @description The keyword that is lost or changed. */
            keyword: string;
            /** @description What became of it. */
            message: string;
            /** @description Where, as a JSON pointer into the tool's `parameters`. */
            path: string;
            /** @description The tool's name. */
            tool: string;
        };
        /** @description Where news is sent. */
        WebhookTarget: {
            /**
             * @description The name of the secret that signs, as in Standard Webhooks: `whsec_` and base64, or any text. Without it
             *     nothing is signed.
             */
            secret?: string | null;
            /** @description An http or https address, reached through the outbound guard. */
            url: string;
        };
        /**
         * @description How much it matters.
         * @enum {string}
         */
        Weight: "info" | "warning" | "error";
        wf_id: string;
        /** @description A fixed plan of steps over tools or agents, under a name. */
        Workflow: components["schemas"]["WorkflowPlan"] & {
            /** @description When it was made. */
            created_at: components["schemas"]["Timestamp"];
            /** @description What it is for. */
            description?: string;
            /** @description Its id. */
            id: components["schemas"]["wf_id"];
            /** @description A name, unique in the organization. */
            name: string;
            /** @description The organization it belongs to. */
            organization_id: components["schemas"]["org_id"];
            /**
             * Format: int64
             * @description Counts its changes, from 1. Whoever changes it may name the one that they have seen.
             */
            revision: number;
            /** @description When it last changed. */
            updated_at: components["schemas"]["Timestamp"];
            /** @description Who made it. */
            user_id: components["schemas"]["user_id"];
        };
        /** @description An agent's part in a workflow. */
        WorkflowAgent: {
            /** @description The agent's id or name. */
            agent_id: string;
            /** @description In a conditional workflow: expressions over the context and `results`, all of which must hold. */
            conditions?: string[];
            /** @description In a conditional workflow: it works when no other does. */
            default?: boolean;
            /** @description What exactly it is to do. */
            description?: string | null;
            /** @description What it is here for, in few words; its name within the workflow. */
            role: string;
        };
        /** @description A workflow that is called as one tool. Its arguments are what the workflow is given. */
        WorkflowConfig: {
            /** @description The workflow's name or id. */
            workflow: string;
        };
        /** @description What a workflow does: either agents and how they work together, or steps one after the other. */
        WorkflowPlan: {
            /**
             * @description Its agents, in order.
             * @default []
             */
            agents?: components["schemas"]["WorkflowAgent"][];
            /** @default null */
            flow_type?: components["schemas"]["FlowType"] | null;
            /** @description What its runs come to: a value whose texts are templates. Without it, the results of all steps by their names. */
            output?: unknown;
            /** @description The JSON Schema of what its runs are given. */
            parameters?: Record<string, unknown> | null;
            /**
             * @description Its steps, in order.
             * @default []
             */
            steps?: components["schemas"]["WorkflowStep"][];
            /**
             * Format: int32
             * @description The most seconds that a run takes, the time it waits for others included.
             * @default null
             */
            timeout_s?: number | null;
        };
        /** @description What one step of a workflow came to, in the guide's form. */
        WorkflowResult: {
            /** @description The agent, if it was one. */
            agent_id?: string | null;
            /** @description What it said or gave. */
            output: string;
            /** @description The agent's role, or the step's name. */
            role: string;
            /**
             * Format: int64
             * @description Which step, from 1.
             */
            step: number;
            /** @description The tool, if it was one. */
            tool?: string | null;
        };
        /** @description A run of a workflow to begin. */
        WorkflowRunSpec: {
            /** @description Where it is used, for tools that are allowed in some places only; `chat` unless said otherwise. */
            channel?: ("call" | "chat" | "sms" | "webhook" | "test" | "mcp") | null;
            /** @description Variables of this run that conditions, templates, agents and tools may read; at most 64 KiB. */
            context?: Record<string, unknown>;
            /**
             * Format: int32
             * @description Begin it this many seconds from now; at most a year.
             */
            delay_s?: number;
            /** @description What it is given: an object, which steps read as `params`, or a text; at most 1 MiB as JSON. */
            input?: unknown;
            /** @description Kept with the run; at most 64 KiB. */
            metadata?: Record<string, unknown>;
            /**
             * Format: int64
             * @description Higher goes first where runs wait for a worker.
             */
            priority?: number;
            /**
             * Format: int32
             * @description The most seconds that it takes, the time it waits for others included, instead of the workflow's.
             */
            timeout_s?: number | null;
            /**
             * Format: int32
             * @description Wait this long for its end, or until it waits for somebody, in milliseconds.
             */
            wait_ms?: number;
            webhook?: components["schemas"]["WebhookTarget"] | null;
        };
        /** @description A workflow as its author writes it: `flow_type` and `agents`, or `steps`. */
        WorkflowSpec: {
            /** @description Its agents, in order. */
            agents?: components["schemas"]["WorkflowAgent"][];
            /** @description What it is for. */
            description?: string;
            flow_type?: components["schemas"]["FlowType"] | null;
            /** @description Unique in the organization, 1 to 100 characters. */
            name: string;
            /** @description What its runs come to: a value whose texts are templates. Without it, the results of all steps by their names. */
            output?: unknown;
            /** @description The JSON Schema of what its runs are given. */
            parameters?: Record<string, unknown> | null;
            /**
             * Format: int64
             * @description The revision that was seen; when the workflow was changed since, nothing is done.
             */
            revision?: number | null;
            /** @description Its steps, in order; at most 100, those in groups included. */
            steps?: components["schemas"]["WorkflowStep"][];
            /**
             * Format: int32
             * @description The most seconds that a run takes, the time it waits for others included; a day unless said otherwise.
             */
            timeout_s?: number | null;
        };
        /** @description One step of a workflow: a tool, an agent, or a group of steps side by side. */
        WorkflowStep: {
            /** @description The agent's name or id. */
            agent?: string | null;
            /**
             * Format: int32
             * @description The most items at the same time; 8 unless said otherwise.
             */
            concurrency?: number | null;
            /** @description An expression; the step is skipped unless it holds. */
            condition?: string | null;
            /** @description The run is over when the step did not work. */
            exit_on_failure?: boolean;
            /** @description The run is over when the step worked. */
            exit_on_success?: boolean;
            /** @description An expression that gives a list: the step runs once for each `item` of it, with its `index`. */
            foreach?: string | null;
            /** @description Under which its result is found; the tool's or the agent's name unless said. */
            name?: string | null;
            /** @description Steps that run side by side; none of them may be a group. */
            parallel?: components["schemas"]["WorkflowStep"][] | null;
            /** @description The tool's arguments, or for an agent its `message` (and `context`); texts in them are templates. */
            params?: Record<string, unknown>;
            /** @description Whether the run fails when the step does; true unless said otherwise. */
            required?: boolean;
            retry?: components["schemas"]["StepRetry"] | null;
            /** @description The tool's name or id. */
            tool?: string | null;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    list_agent_packs: {
        parameters: {
            query?: {
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description The most items to give, 50 when absent. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of packs */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_AgentPack"];
                };
            };
        };
    };
    install_agent_pack: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The pack's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["InstallPack"];
            };
        };
        responses: {
            /** @description What was made, or would be */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PackReport"];
                };
            };
        };
    };
    list_agent_templates: {
        parameters: {
            query?: {
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description The most items to give, 50 when absent. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of templates */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_AgentTemplate"];
                };
            };
        };
    };
    get_agent_template: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The template's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The template */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AgentTemplate"];
                };
            };
        };
    };
    list_agents: {
        parameters: {
            query?: {
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description The most items to give, 50 when absent. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of agents */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Agent"];
                };
            };
        };
    };
    create_agent: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AgentSpec"];
            };
        };
        responses: {
            /** @description The agent */
            201: {
                headers: {
                    /** @description The agent's path */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Agent"];
                };
            };
        };
    };
    get_agent: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The agent's name or id */
                agent: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The agent */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Agent"];
                };
            };
        };
    };
    put_agent: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The agent's name or id; a new agent's `name` must be the same */
                agent: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AgentSpec"];
            };
        };
        responses: {
            /** @description The agent as it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Agent"];
                };
            };
        };
    };
    delete_agent: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The agent's name or id */
                agent: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    list_agent_drafts: {
        parameters: {
            query?: {
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description The most items to give, 50 when absent. */
                limit?: number;
            };
            header?: never;
            path: {
                /** @description The agent's name or id */
                agent: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of drafts */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_AgentDraft"];
                };
            };
        };
    };
    get_agent_draft: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The agent's name or id */
                agent: string;
                /** @description The draft's id */
                draft: components["schemas"]["draft_id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The draft */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AgentDraftView"];
                };
            };
        };
    };
    accept_agent_draft: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The agent's name or id */
                agent: string;
                /** @description The draft's id */
                draft: components["schemas"]["draft_id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The draft */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AgentDraftView"];
                };
            };
        };
    };
    reject_agent_draft: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The agent's name or id */
                agent: string;
                /** @description The draft's id */
                draft: components["schemas"]["draft_id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The draft */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AgentDraftView"];
                };
            };
        };
    };
    agent_feedback: {
        parameters: {
            query?: {
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description The most items to give, 50 when absent. */
                limit?: number;
            };
            header?: never;
            path: {
                /** @description The agent's name or id */
                agent: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The report, with a page of feedback */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FeedbackReport"];
                };
            };
        };
    };
    list_agent_grants: {
        parameters: {
            query?: {
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description The most items to give, 50 when absent. */
                limit?: number;
            };
            header?: never;
            path: {
                /** @description The agent's name or id */
                agent: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of the users */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Grant"];
                };
            };
        };
    };
    share_agent: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The agent's name or id */
                agent: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AgentSharing"];
            };
        };
        responses: {
            /** @description It is done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    improve_agent: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The agent's name or id */
                agent: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The draft, with what it would change */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AgentDraftView"];
                };
            };
        };
    };
    run_agent: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names the intent: 1 to 255 visible ASCII characters. Used again for something else it is a conflict */
                "Idempotency-Key"?: string | null;
            };
            path: {
                /** @description The agent's name or id */
                agent: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "message": "Hello",
                 *       "wait_ms": 20000
                 *     }
                 */
                "application/json": components["schemas"]["RunSpec"];
            };
        };
        responses: {
            /** @description It has ended within `wait_ms` */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Run"];
                    "text/event-stream": string;
                };
            };
            /** @description It is at work, or waits */
            202: {
                headers: {
                    /** @description The run's path */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Run"];
                };
            };
        };
    };
    list_agent_tools: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The agent's name or id */
                agent: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The assignments, each with its tool */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AssignedTool"][];
                };
            };
        };
    };
    migrate_tools_settings: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The agent's name or id */
                agent: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MigrateSettings"];
            };
        };
        responses: {
            /** @description What was done, or with `dry_run` would be */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Migration"];
                };
            };
        };
    };
    assign_tool: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The agent's name or id */
                agent: string;
                /** @description The tool's name or id */
                tool: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AssignmentSpec"];
            };
        };
        responses: {
            /** @description The assignment */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Assignment"];
                };
            };
        };
    };
    unassign_tool: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The agent's name or id */
                agent: string;
                /** @description The tool's name or id */
                tool: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The agent no longer has it */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    list_agent_tool_changes: {
        parameters: {
            query?: {
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description The most items to give, 50 when absent. */
                limit?: number;
                /** @description At or after this time. */
                since?: components["schemas"]["Timestamp"];
            };
            header?: never;
            path: {
                /** @description The agent's name or id */
                agent: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of changes */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_ToolChange"];
                };
            };
        };
    };
    list_alerts: {
        parameters: {
            query?: {
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description The most items to give, 50 when absent. */
                limit?: number;
                /** @description Raised by this rule. */
                rule?: components["schemas"]["alert_id"];
                /** @description In this state. */
                state?: "firing" | "resolved";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of alerts */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Incident"];
                };
            };
        };
    };
    list_alert_rules: {
        parameters: {
            query?: {
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description The most items to give, 50 when absent. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of rules, each with where it stands */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_AlertRule"];
                };
            };
        };
    };
    create_alert_rule: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AlertRuleSpec"];
            };
        };
        responses: {
            /** @description The rule */
            201: {
                headers: {
                    /** @description The rule's path */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AlertRule"];
                };
            };
        };
    };
    get_alert_rule: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The rule's id */
                id: components["schemas"]["alert_id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The rule */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AlertRule"];
                };
            };
        };
    };
    put_alert_rule: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The rule's id */
                id: components["schemas"]["alert_id"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AlertRuleSpec"];
            };
        };
        responses: {
            /** @description The rule as it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AlertRule"];
                };
            };
        };
    };
    delete_alert_rule: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The rule's id */
                id: components["schemas"]["alert_id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    test_alert_rule: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The rule's id */
                id: components["schemas"]["alert_id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is on its way */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TestReport"];
                };
            };
        };
    };
    list_approvals: {
        parameters: {
            query?: {
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description Of this execution. */
                execution?: components["schemas"]["exec_id"];
                /** @description Of this kind; `approval` is what an operator can decide. */
                kind?: "approval" | "confirmation" | "callback" | "late" | "client" | "run";
                /** @description The most items to give, 50 when absent. */
                limit?: number;
                /** @description In this state; `open` is what waits for somebody. */
                state?: "open" | "approved" | "answered" | "used" | "denied" | "expired" | "void";
                /** @description Of the tool with this name. */
                tool?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of tickets */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Ticket"];
                };
            };
        };
    };
    get_approval: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The ticket */
                id: components["schemas"]["tick_id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The ticket */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Ticket"];
                };
            };
        };
    };
    approve: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The ticket */
                id: components["schemas"]["tick_id"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Approve"];
            };
        };
        responses: {
            /** @description The ticket as it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Ticket"];
                };
            };
        };
    };
    deny: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The ticket */
                id: components["schemas"]["tick_id"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Deny"];
            };
        };
        responses: {
            /** @description The ticket as it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Ticket"];
                };
            };
        };
    };
    list_audit: {
        parameters: {
            query?: {
                /** @description Of this action, for example `tool.update`; with a dot at the end, of every action that begins so: `tool.`. */
                action?: string;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description `ndjson` gives everything at once. */
                format?: "json" | "ndjson";
                /** @description The most items to give, 50 when absent. Not for `ndjson`. */
                limit?: number;
                /** @description At or after this time. */
                since?: components["schemas"]["Timestamp"];
                /** @description About this thing: an id or a name. */
                target_id?: string;
                /** @description About a thing of this kind, for example `tool`. */
                target_kind?: string;
                /** @description Action, target or details contain this, in any letter case. */
                text?: string;
                /** @description Before this time. */
                until?: components["schemas"]["Timestamp"];
                /** @description By this user. */
                user_id?: components["schemas"]["user_id"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page, or with `format=ndjson` one row a line */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_AuditRow"];
                    "application/x-ndjson": components["schemas"]["AuditRow"];
                };
            };
        };
    };
    export_audit: {
        parameters: {
            query?: {
                /** @description Of this action; with a dot at the end, of every action that begins so. */
                action?: string;
                /** @description At or after this time. */
                since?: components["schemas"]["Timestamp"];
                /** @description About this thing: an id or a name. */
                target_id?: string;
                /** @description About a thing of this kind. */
                target_kind?: string;
                /** @description Action, target or details contain this, in any letter case. */
                text?: string;
                /** @description Before this time. */
                until?: components["schemas"]["Timestamp"];
                /** @description By this user. */
                user_id?: components["schemas"]["user_id"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One row a line */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/x-ndjson": components["schemas"]["AuditRow"];
                };
            };
        };
    };
    verify_audit: {
        parameters: {
            query?: {
                /** @description That row's hash. */
                after_hash?: string;
                /** @description From behind this row, which was verified earlier; from the first row when absent. */
                after_seq?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was found, also when the chain is broken */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Verified"];
                };
            };
        };
    };
    import_bundle: {
        parameters: {
            query?: {
                /** @description Only say what would be done. */
                dry_run?: boolean;
                /** @description What to do with what is there already and differs. */
                on_conflict?: "fail" | "skip" | "replace";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Bundle"];
                "application/yaml": components["schemas"]["Bundle"];
            };
        };
        responses: {
            /** @description What was done, or with `dry_run` would be */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BundleReport"];
                };
            };
        };
    };
    list_all_cases: {
        parameters: {
            query?: {
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description The most items to give, 50 when absent. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of cases */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Case"];
                };
            };
        };
    };
    list_conversations: {
        parameters: {
            query?: {
                /** @description With this agent: its name or id. By id also with one that is gone. */
                agent?: string;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description The most items to give, 50 when absent. */
                limit?: number;
                /** @description With this outcome. */
                outcome?: "success" | "failure" | "unknown";
                /** @description In which this was said, in any case. What is being said now can be searched once it is answered. */
                search?: string;
                /** @description Begun at or after this time (RFC 3339). */
                since?: components["schemas"]["Timestamp"];
                /** @description In this state. */
                state?: "live" | "ended";
                /** @description Begun before this time (RFC 3339). */
                until?: components["schemas"]["Timestamp"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of conversations */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Conversation"];
                };
            };
        };
    };
    get_conversation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The conversation */
                id: components["schemas"]["conv_id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The conversation */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ConversationDetail"];
                };
            };
        };
    };
    delete_conversation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The conversation */
                id: components["schemas"]["conv_id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    list_conversation_messages: {
        parameters: {
            query?: {
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description The most items to give, 50 when absent. */
                limit?: number;
            };
            header?: never;
            path: {
                /** @description The conversation */
                id: components["schemas"]["conv_id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of messages */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_ThreadMessage"];
                };
            };
        };
    };
    export_conversations: {
        parameters: {
            query?: {
                /** @description With this agent: its name or id. */
                agent?: string;
                /** @description With this outcome. */
                outcome?: "success" | "failure" | "unknown";
                /** @description In which this was said, in any case. */
                search?: string;
                /** @description Begun at or after this time (RFC 3339). */
                since?: components["schemas"]["Timestamp"];
                /** @description In this state. */
                state?: "live" | "ended";
                /** @description Begun before this time (RFC 3339). */
                until?: components["schemas"]["Timestamp"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One conversation a line, with its whole transcript */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/x-ndjson": components["schemas"]["ConversationLine"];
                };
            };
        };
    };
    get_credits: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Balance and prices */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "enabled": true,
                     *       "balance": 42.5,
                     *       "prices": {
                     *         "agent.execute": 5,
                     *         "tool.test": 0.5
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["CreditAccount"];
                };
            };
        };
    };
    list_credit_entries: {
        parameters: {
            query?: {
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description The most items to give, 50 when absent. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of the ledger */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_CreditEntry"];
                };
            };
        };
    };
    grant_credits: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "amount": 100,
                 *       "note": "November"
                 *     }
                 */
                "application/json": components["schemas"]["GrantCredits"];
            };
        };
        responses: {
            /** @description The line of the ledger */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreditEntry"];
                };
            };
        };
    };
    list_deliveries: {
        parameters: {
            query?: {
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description The most items to give, 50 when absent. */
                limit?: number;
                /** @description In this state. */
                state?: "queued" | "delivered" | "failed";
                /** @description About this thing: the id of a ticket or an execution. */
                subject?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of deliveries */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Delivery"];
                };
            };
        };
    };
    retry_delivery: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The delivery */
                id: components["schemas"]["dlv_id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The delivery as it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Delivery"];
                };
            };
        };
    };
    diagnose: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was looked at */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Diagnosis"];
                };
            };
        };
    };
    list_documents: {
        parameters: {
            query?: {
                /** @description Given in this conversation. */
                conversation_id?: components["schemas"]["conv_id"];
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description Given by this execution. */
                execution_id?: components["schemas"]["exec_id"];
                /** @description The most items to give, 50 when absent. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of documents */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Document"];
                };
            };
        };
    };
    get_document: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The document */
                id: components["schemas"]["doc_id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The document, without its bytes */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Document"];
                };
            };
        };
    };
    get_document_content: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The document */
                id: components["schemas"]["doc_id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The bytes */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/octet-stream": number[];
                    "image/gif": number[];
                    "image/jpeg": number[];
                    "image/png": number[];
                    "image/webp": number[];
                };
            };
        };
    };
    list_executions: {
        parameters: {
            query?: {
                /** @description Asked for by this agent: its name or id. By id also by one that is gone. */
                agent?: string;
                /** @description Of this phone call. */
                call_id?: string;
                /** @description Of this conversation. */
                conversation_id?: string;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description Failed with this class of error. */
                error_class?: "network_error" | "auth_error" | "validation_error" | "rate_limit_error" | "timeout_error" | "permission_error" | "approval_required" | "circuit_open" | "sandbox_error" | "upstream_error" | "not_found" | "cancelled" | "outcome_unknown" | "unknown_error";
                /** @description The most items to give, 50 when absent. */
                limit?: number;
                /** @description Asked for at or after this time (RFC 3339). */
                since?: components["schemas"]["Timestamp"];
                /** @description In this state. */
                state?: "received" | "claimed" | "started" | "done" | "failed" | "unknown" | "released" | "parked";
                /** @description Of this tool: its name or id. By id also of one that is gone. */
                tool?: string;
                /** @description Asked for before this time (RFC 3339). */
                until?: components["schemas"]["Timestamp"];
                /** @description Asked for by this user. */
                user?: components["schemas"]["user_id"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of executions */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Execution"];
                };
            };
        };
    };
    get_execution: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The execution */
                id: components["schemas"]["exec_id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The execution */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Execution"];
                };
            };
        };
    };
    get_answer: {
        parameters: {
            query?: {
                /** @description Wait this long for the end, in milliseconds. */
                wait_ms?: number;
            };
            header?: never;
            path: {
                /** @description The execution */
                id: components["schemas"]["exec_id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description How it went, or how it stands */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CallAnswer"];
                };
            };
        };
    };
    cancel_execution: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The execution */
                id: components["schemas"]["exec_id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It was told to stop; its record says how it ended */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    make_case_of_execution: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The execution */
                id: components["schemas"]["exec_id"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["FromExecution"];
            };
        };
        responses: {
            /** @description The case, and what the log could not tell */
            201: {
                headers: {
                    /** @description The case's path */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MadeCase"];
                };
            };
        };
    };
    replay_execution: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The execution to repeat */
                id: components["schemas"]["exec_id"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ReplaySpec"];
            };
        };
        responses: {
            /** @description How the new execution went, well or not */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CallAnswer"];
                };
            };
        };
    };
    get_execution_result: {
        parameters: {
            query: {
                /** @description `truncated.cursor` of the answer before. */
                cursor: string;
            };
            header?: never;
            path: {
                /** @description The execution */
                id: components["schemas"]["exec_id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The next part of the result */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CallAnswer"];
                };
            };
        };
    };
    give_execution_result: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The execution */
                id: components["schemas"]["exec_id"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "result": {
                 *         "accepted": true
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["ClientResult"];
            };
        };
        responses: {
            /** @description It was taken, now or before */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ResultReceived"];
                };
            };
        };
    };
    settle_execution: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The execution */
                id: components["schemas"]["exec_id"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Settle"];
            };
        };
        responses: {
            /** @description The execution as it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Execution"];
                };
            };
        };
    };
    watch_executions: {
        parameters: {
            query?: {
                /** @description Asked for by this agent: its name or id. */
                agent?: string;
                /** @description Of this phone call. */
                call_id?: string;
                /** @description Of this tool: its name or id. */
                tool?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The WebSocket is open; its frames are of this form */
            101: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LiveFrame"];
                };
            };
        };
    };
    export_bundle: {
        parameters: {
            query?: {
                /** @description Names or ids of agents, separated by commas; they bring their tools along. */
                agents?: string;
                /** @description In which form. */
                format?: "yaml" | "json";
                /** @description Names or ids of tools, separated by commas. */
                tools?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The bundle */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Bundle"];
                    "application/yaml": components["schemas"]["Bundle"];
                };
            };
        };
    };
    export_tools: {
        parameters: {
            query?: {
                /** @description Only the tools that this agent may use, as it has them, by name or id. Without it: all that you may call. */
                agent?: string;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description The form. */
                format?: "openai" | "openai_plain" | "openai_responses" | "openai_realtime" | "anthropic" | "gemini" | "mcp" | "elevenlabs" | "vapi" | "vapi_api_request";
                /** @description The most items to give, 50 when absent. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of definitions */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_ExportedTool"];
                };
            };
        };
    };
    list_features: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The features */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Feature"][];
                };
            };
        };
    };
    put_features: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description The share of each feature, for example `{"kind.system": 25}` */
        requestBody: {
            content: {
                "application/json": {
                    [key: string]: number | null;
                };
            };
        };
        responses: {
            /** @description The features as they stand now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Feature"][];
                };
            };
        };
    };
    list_hooks: {
        parameters: {
            query?: {
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description The most items to give, 50 when absent. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of hooks */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Hook"];
                };
            };
        };
    };
    create_hook: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "slug": "crm-updates",
                 *       "target": {
                 *         "tools": [
                 *           "create_lead"
                 *         ]
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["HookSpec"];
            };
        };
        responses: {
            /** @description The hook and its secret */
            201: {
                headers: {
                    /** @description The hook's path */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HookMade"];
                };
            };
        };
    };
    get_hook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The hook's slug or id */
                hook: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The hook */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Hook"];
                };
            };
        };
    };
    put_hook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The hook's slug or id */
                hook: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["HookSpec"];
            };
        };
        responses: {
            /** @description The hook as it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Hook"];
                };
            };
        };
    };
    delete_hook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The hook's slug or id */
                hook: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    list_hook_deliveries: {
        parameters: {
            query?: {
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description The most items to give, 50 when absent. */
                limit?: number;
            };
            header?: never;
            path: {
                /** @description The hook's slug or id */
                hook: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of requests */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_HookDelivery"];
                };
            };
        };
    };
    rotate_hook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The hook's slug or id */
                hook: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RotateHook"];
            };
        };
        responses: {
            /** @description The hook and its new secret */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HookMade"];
                };
            };
        };
    };
    list_imports: {
        parameters: {
            query?: {
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description The most items to give, 50 when absent. */
                limit?: number;
                /** @description Only those of this source. */
                source?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of imported tools */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_ImportedTool"];
                };
            };
        };
    };
    apply_import: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ImportSpec"];
            };
        };
        responses: {
            /** @description What was done with each operation */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ImportReport"];
                };
            };
        };
    };
    preview_import: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ImportSpec"];
            };
        };
        responses: {
            /** @description What would be done with each operation */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ImportReport"];
                };
            };
        };
    };
    list_invitations: {
        parameters: {
            query?: {
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description The most items to give, 50 when absent. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of invitations */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Invitation"];
                };
            };
        };
    };
    create_invitation: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Invite"];
            };
        };
        responses: {
            /** @description The invitation */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InvitationMade"];
                };
            };
        };
    };
    delete_invitation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The invitation's id */
                id: components["schemas"]["grant_id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Withdrawn */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    accept_invitation: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AcceptInvitation"];
            };
        };
        responses: {
            /** @description What one is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Member"];
                };
            };
        };
    };
    list_jobs: {
        parameters: {
            query?: {
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description Of this kind. */
                kind?: "run" | "call";
                /** @description The most items to give, 50 when absent. */
                limit?: number;
                /** @description In this state. `dead` are those that were laid aside. */
                state?: "queued" | "running" | "waiting" | "done" | "dead" | "cancelled";
                /** @description Asked for by this user: an id, or `me`. */
                user?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of jobs */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Job"];
                };
            };
        };
    };
    create_job: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names the intent: 1 to 255 visible ASCII characters. Used again for something else it is a conflict */
                "Idempotency-Key"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "tool": "send_reminder",
                 *       "arguments": {
                 *         "id": 7
                 *       },
                 *       "delay_s": 3600
                 *     }
                 */
                "application/json": components["schemas"]["JobSpec"];
            };
        };
        responses: {
            /** @description It is in the queue */
            202: {
                headers: {
                    /** @description The job's path */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Job"];
                };
            };
        };
    };
    get_job: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The job */
                id: components["schemas"]["job_id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The job */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Job"];
                };
            };
        };
    };
    cancel_job: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The job */
                id: components["schemas"]["job_id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The job as it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Job"];
                };
            };
        };
    };
    retry_job: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The job */
                id: components["schemas"]["job_id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The job, in the queue again */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Job"];
                };
            };
        };
    };
    list_library: {
        parameters: {
            query?: {
                /** @description Of this category. */
                category?: string;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description Of this kind. */
                kind?: "http" | "system" | "python" | "business" | "client" | "agent" | "workflow" | "mcp";
                /** @description The most items to give, 50 when absent. */
                limit?: number;
                /** @description Part of the name, the title or the description, in any case. */
                search?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of tools, without their definitions */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_LibraryTool"];
                };
            };
        };
    };
    get_library_tool: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The tool's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The tool */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LibraryTool"];
                };
            };
        };
    };
    install_library_tool: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The tool's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["InstallTool"];
            };
        };
        responses: {
            /** @description With `dry_run`: the copy as it would be */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Copied"];
                };
            };
            /** @description The copy, and what is left to do */
            201: {
                headers: {
                    /** @description The copy's path */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Copied"];
                };
            };
            /** @description Another person has to agree first: see `proposal` */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Copied"];
                };
            };
        };
    };
    list_installed: {
        parameters: {
            query?: {
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description The most items to give, 50 when absent. */
                limit?: number;
                /** @description That came from there. */
                source?: "library" | "template" | "bundle" | "settings";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of copies; `update` tells that the source has news */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_InstalledTool"];
                };
            };
        };
    };
    update_installed: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The copy: its name or id, or the id of the note about it (`inst_…`) */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UpdateInstalled"];
            };
        };
        responses: {
            /** @description What was done, or with `dry_run` would be */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Updated"];
                };
            };
        };
    };
    get_limits: {
        parameters: {
            query?: {
                /** @description This agent's, by name or id, instead of the organization's. */
                agent?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The limits; empty when none are set */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Limits"];
                };
            };
        };
    };
    set_limits: {
        parameters: {
            query?: {
                /** @description This agent's, by name or id, instead of the organization's. */
                agent?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Limits"];
            };
        };
        responses: {
            /** @description The limits as they are now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Limits"];
                };
            };
        };
    };
    list_mcp_servers: {
        parameters: {
            query?: {
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description The most items to give, 50 when absent. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of servers */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_McpServer"];
                };
            };
        };
    };
    create_mcp_server: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "business_intelligence",
                 *       "url": "https://mcp.example.com/bi",
                 *       "api_key": "the key",
                 *       "capabilities": [
                 *         "data_query"
                 *       ],
                 *       "is_enabled": true
                 *     }
                 */
                "application/json": components["schemas"]["McpServerSpec"];
            };
        };
        responses: {
            /** @description The server */
            201: {
                headers: {
                    /** @description The server's path */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["McpServer"];
                };
            };
        };
    };
    get_mcp_server: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The server's name or id */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The server */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["McpServer"];
                };
            };
        };
    };
    delete_mcp_server: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The server's name or id */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    update_mcp_server: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The server's name or id */
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UpdateMcpServer"];
            };
        };
        responses: {
            /** @description The server as it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["McpServer"];
                };
            };
        };
    };
    authorize_mcp_server: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The server's name or id */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Where to sign in */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuthorizationBegun"];
                };
            };
        };
    };
    disconnect_mcp_server: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The server's name or id */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description There is no access any more */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    confirm_mcp_server_authorization: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The server's name or id */
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ConfirmAuthorization"];
            };
        };
        responses: {
            /** @description The server, connected */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["McpServer"];
                };
            };
        };
    };
    refresh_mcp_server: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The server's name or id */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was found */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Refreshed"];
                };
            };
        };
    };
    list_mcp_server_tools: {
        parameters: {
            query?: {
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description The most items to give, 50 when absent. */
                limit?: number;
            };
            header?: never;
            path: {
                /** @description The server's name or id */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of tools */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_McpUpstreamTool"];
                };
            };
        };
    };
    adopt_mcp_server_tools: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The server's name or id */
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "tools": [
                 *         {
                 *           "tool": "get.ticket",
                 *           "name": "get_ticket",
                 *           "effect": "read"
                 *         }
                 *       ]
                 *     }
                 */
                "application/json": components["schemas"]["Adopt"];
            };
        };
        responses: {
            /** @description What became of each */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AdoptedTools"];
                };
            };
        };
    };
    accept_mcp_server_tool: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The server's name or id */
                name: string;
                /** @description The tool's name there */
                tool: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Accept"];
            };
        };
        responses: {
            /** @description What has changed, and our tools as they are now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Accepted"];
                };
            };
        };
    };
    get_me: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Who one is */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Me"];
                };
            };
        };
    };
    list_members: {
        parameters: {
            query?: {
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description The most items to give, 50 when absent. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of members */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Member"];
                };
            };
        };
    };
    set_member_role: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The member */
                user_id: components["schemas"]["user_id"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SetRole"];
            };
        };
        responses: {
            /** @description As they are now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Member"];
                };
            };
        };
    };
    remove_member: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The member */
                user_id: components["schemas"]["user_id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Removed */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    list_model_providers: {
        parameters: {
            query?: {
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description The most items to give, 50 when absent. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of providers */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_ModelProvider"];
                };
            };
        };
    };
    create_model_provider: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ModelProviderSpec"];
            };
        };
        responses: {
            /** @description The provider */
            201: {
                headers: {
                    /** @description The provider's path */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ModelProvider"];
                };
            };
        };
    };
    get_model_provider: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The provider's name */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The provider */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ModelProvider"];
                };
            };
        };
    };
    put_model_provider: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The provider's name */
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ModelProviderSpec"];
            };
        };
        responses: {
            /** @description The provider as it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ModelProvider"];
                };
            };
        };
    };
    delete_model_provider: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The provider's name */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    test_model_provider: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The provider's name */
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TestModel"];
            };
        };
        responses: {
            /** @description How it went */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Test"];
                };
            };
        };
    };
    define_offer: {
        parameters: {
            query?: {
                /** @description The agent, by name or id. Without it: all tools that you may call. */
                agent?: string;
                /** @description The model provider's form. */
                format?: "openai" | "openai_strict" | "anthropic" | "gemini" | "mcp";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The definitions */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Definitions"];
                };
            };
        };
    };
    describe_tool: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["OfferDescribe"];
            };
        };
        responses: {
            /** @description How it is called */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OfferDescribed"];
                };
            };
        };
    };
    search_tools: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["OfferSearch"];
            };
        };
        responses: {
            /** @description The tools that fit */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OfferFound"];
                };
            };
        };
    };
    get_organization: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The organization */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Organization"];
                };
            };
        };
    };
    delete_organization: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Delete"];
            };
        };
        responses: {
            /** @description Deleted */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    rename_organization: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Rename"];
            };
        };
        responses: {
            /** @description As it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Organization"];
                };
            };
        };
    };
    get_publishing: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The setting */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Publishing"];
                };
            };
        };
    };
    set_publishing: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Publishing"];
            };
        };
        responses: {
            /** @description The setting as it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Publishing"];
                };
            };
        };
    };
    transfer_organization: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Transfer"];
            };
        };
        responses: {
            /** @description Handed over */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    change_password: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ChangePassword"];
            };
        };
        responses: {
            /** @description Changed */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    list_proposals: {
        parameters: {
            query?: {
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description The most items to give, 50 when absent. */
                limit?: number;
                /** @description In this state. */
                state?: "open" | "approved" | "rejected" | "withdrawn" | "stale";
                /** @description About this tool: its name or id. */
                tool?: string;
                /** @description Made by this user. */
                user_id?: components["schemas"]["user_id"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of proposals */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Proposal"];
                };
            };
        };
    };
    get_proposal: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The proposal's id */
                id: components["schemas"]["prop_id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The proposal and its diff */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProposalView"];
                };
            };
        };
    };
    approve_proposal: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The proposal's id */
                id: components["schemas"]["prop_id"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DecisionBody"];
            };
        };
        responses: {
            /** @description What was done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Upserted"];
                };
            };
        };
    };
    reject_proposal: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The proposal's id */
                id: components["schemas"]["prop_id"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DecisionBody"];
            };
        };
        responses: {
            /** @description The proposal as it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Proposal"];
                };
            };
        };
    };
    withdraw_proposal: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The proposal's id */
                id: components["schemas"]["prop_id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The proposal as it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Proposal"];
                };
            };
        };
    };
    list_runs: {
        parameters: {
            query?: {
                /** @description Of this agent: its name or id. By id also of one that is gone. */
                agent?: string;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description Of agents, or of workflows. */
                kind?: "agent" | "workflow";
                /** @description The most items to give, 50 when absent. */
                limit?: number;
                /** @description Asked for by this run, as steps or through tools. */
                parent_id?: components["schemas"]["run_id"];
                /** @description In this state. */
                state?: "queued" | "running" | "waiting" | "completed" | "failed" | "cancelled";
                /** @description On this thread. */
                thread_id?: components["schemas"]["thread_id"];
                /** @description For this user: an id, or `me`. */
                user?: string;
                /** @description Of this workflow: its name or id. By id also of one that is gone. */
                workflow?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of runs */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Run"];
                };
            };
        };
    };
    start_run: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names the intent: 1 to 255 visible ASCII characters. Used again for something else it is a conflict */
                "Idempotency-Key"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "agent": "Greeter",
                 *       "message": "Hello",
                 *       "wait_ms": 20000
                 *     }
                 */
                "application/json": components["schemas"]["RunSpec"];
            };
        };
        responses: {
            /** @description It has ended within `wait_ms` */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Run"];
                    "text/event-stream": string;
                };
            };
            /** @description It is at work, or waits */
            202: {
                headers: {
                    /** @description The run's path */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Run"];
                };
            };
        };
    };
    get_run: {
        parameters: {
            query?: {
                /** @description Wait this long for its end, or until it waits for somebody, in milliseconds. */
                wait_ms?: number;
            };
            header?: never;
            path: {
                /** @description The run */
                id: components["schemas"]["run_id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The run */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Run"];
                };
            };
        };
    };
    cancel_run: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The run */
                id: components["schemas"]["run_id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The run as it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Run"];
                };
            };
        };
    };
    watch_run: {
        parameters: {
            query?: {
                /** @description Tell only messages after this place of the thread. `Last-Event-ID` wins. */
                after?: number;
            };
            header?: {
                /** @description The id of the last event that was seen */
                "Last-Event-ID"?: string | null;
            };
            path: {
                /** @description The run */
                id: components["schemas"]["run_id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The events */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example id: 2
                     *     event: message
                     *     data: {"type":"message","message":{"seq":2,"role":"assistant","text":"Hello!"}}
                     */
                    "text/event-stream": string;
                };
            };
        };
    };
    list_run_steps: {
        parameters: {
            query?: {
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description The most items to give, 50 when absent. */
                limit?: number;
            };
            header?: never;
            path: {
                /** @description The run */
                id: components["schemas"]["run_id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of steps */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Step"];
                };
            };
        };
    };
    give_feedback: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The run's id */
                run: components["schemas"]["run_id"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "rating": -1,
                 *       "correction": "In euros, please"
                 *     }
                 */
                "application/json": components["schemas"]["FeedbackSpec"];
            };
        };
        responses: {
            /** @description What is kept */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Feedback"];
                };
            };
        };
    };
    delete_feedback: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The run's id */
                run: components["schemas"]["run_id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    list_schedules: {
        parameters: {
            query?: {
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description The most items to give, 50 when absent. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of schedules */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Schedule"];
                };
            };
        };
    };
    create_schedule: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "Morning report",
                 *       "cron": "30 7 * * mon-fri",
                 *       "time_zone": "Europe/Berlin",
                 *       "target": {
                 *         "agent": "Reporter",
                 *         "message": "What happened yesterday?"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["ScheduleSpec"];
            };
        };
        responses: {
            /** @description The schedule */
            201: {
                headers: {
                    /** @description The schedule's path */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Schedule"];
                };
            };
        };
    };
    get_schedule: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The schedule's name or id */
                schedule: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The schedule */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Schedule"];
                };
            };
        };
    };
    put_schedule: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The schedule's name or id */
                schedule: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ScheduleSpec"];
            };
        };
        responses: {
            /** @description The schedule as it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Schedule"];
                };
            };
        };
    };
    delete_schedule: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The schedule's name or id */
                schedule: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    run_schedule: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The schedule's name or id */
                schedule: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The job that was started */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Job"];
                };
            };
        };
    };
    list_secrets: {
        parameters: {
            query?: {
                /** @description An agent's, by its name or id; the organization's when absent. */
                agent?: string;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description The most items to give, 50 when absent. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of names */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_SecretInfo"];
                };
            };
        };
    };
    set_secret: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Letters, digits and `_`, at most 64, not starting with a digit */
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SetSecret"];
            };
        };
        responses: {
            /** @description What is known of it from now on */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SecretInfo"];
                };
            };
        };
    };
    delete_secret: {
        parameters: {
            query?: {
                /** @description An agent's, by its name or id; the organization's when absent. */
                agent?: string;
            };
            header?: never;
            path: {
                /** @description The secret's name */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    get_session: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Who one is */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
        };
    };
    sign_in: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Credentials"];
            };
        };
        responses: {
            /** @description Signed in */
            200: {
                headers: {
                    "Set-Cookie"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
        };
    };
    sign_out: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Signed out */
            204: {
                headers: {
                    "Set-Cookie"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    list_suggestions: {
        parameters: {
            query?: {
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description The most items to give, 50 when absent. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of tools with suggestions */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_ToolSuggestions"];
                };
            };
        };
    };
    guess_parameters: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SampleBody"];
            };
        };
        responses: {
            /** @description The guess */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Guess"];
                };
            };
        };
    };
    list_unmatched_calls: {
        parameters: {
            query?: {
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description The most items to give, 50 when absent. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of names */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_UnmatchedCall"];
                };
            };
        };
    };
    list_templates: {
        parameters: {
            query?: {
                /** @description Of this category. */
                category?: string;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description The most items to give, 50 when absent. */
                limit?: number;
                /** @description Part of the id, the title, the description or a tag, in any case. */
                search?: string;
                /** @description Of the program, or of the organization. */
                source?: "builtin" | "organization";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of templates */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Template"];
                };
            };
        };
    };
    get_template: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The template's id; for one of the organization also its name */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The template */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Template"];
                };
            };
        };
    };
    clone_template: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The template's id; for one of the organization also its name */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CloneTemplate"];
            };
        };
        responses: {
            /** @description With `dry_run`: the tool as it would be */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Copied"];
                };
            };
            /** @description The tool, and what is left to do */
            201: {
                headers: {
                    /** @description The tool's path */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Copied"];
                };
            };
            /** @description Another person has to agree first: see `proposal` */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Copied"];
                };
            };
        };
    };
    list_threads: {
        parameters: {
            query?: {
                /** @description Begun with this agent: its name or id. By id also of one that is gone. */
                agent?: string;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description The most items to give, 50 when absent. */
                limit?: number;
                /** @description Begun by this user: an id, or `me`. */
                user?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of threads */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Thread"];
                };
            };
        };
    };
    create_thread: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ThreadSpec"];
            };
        };
        responses: {
            /** @description The thread */
            201: {
                headers: {
                    /** @description The thread's path */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Thread"];
                };
            };
        };
    };
    get_thread: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The thread */
                id: components["schemas"]["thread_id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The thread */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Thread"];
                };
            };
        };
    };
    delete_thread: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The thread: your own, or as an administrator anybody's */
                id: components["schemas"]["thread_id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    update_thread: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The thread: your own, or as an administrator anybody's */
                id: components["schemas"]["thread_id"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ThreadPatch"];
            };
        };
        responses: {
            /** @description The thread as it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Thread"];
                };
            };
        };
    };
    list_messages: {
        parameters: {
            query?: {
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description The most items to give, 50 when absent. */
                limit?: number;
            };
            header?: never;
            path: {
                /** @description The thread */
                id: components["schemas"]["thread_id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of messages */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_ThreadMessage"];
                };
            };
        };
    };
    list_tokens: {
        parameters: {
            query?: {
                /** @description Everybody's instead of one's own; needs the right `govern`. */
                all?: boolean;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description The most items to give, 50 when absent. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of tokens */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Token"];
                };
            };
        };
    };
    create_token: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateToken"];
            };
        };
        responses: {
            /** @description The token */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TokenMade"];
                };
            };
        };
    };
    revoke_token: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The token's id */
                id: components["schemas"]["tok_id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Revoked */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    list_tools: {
        parameters: {
            query?: {
                /** @description Only those that are, or are not, active. */
                active?: boolean;
                /** @description Of this category. */
                category?: string;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description Of this kind. */
                kind?: "http" | "system" | "python" | "business" | "client" | "agent" | "workflow" | "mcp";
                /** @description The most items to give, 50 when absent. */
                limit?: number;
                /** @description Only your own. */
                mine?: boolean;
                /** @description Part of the name, the title or the description, in any case. */
                search?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of tools */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Tool"];
                };
            };
        };
    };
    create_tool: {
        parameters: {
            query?: {
                /** @description Why, for the history. */
                note?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ToolSpec"];
            };
        };
        responses: {
            /** @description The tool, and what may surprise about it */
            201: {
                headers: {
                    /** @description The tool's path */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Upserted"];
                };
            };
            /** @description Somebody else has to agree first; there is no tool yet */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Upserted"];
                };
            };
        };
    };
    get_tool: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The tool's name or id */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The tool */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Tool"];
                };
            };
        };
    };
    put_tool: {
        parameters: {
            query?: {
                /** @description Only say what would change. */
                dry_run?: boolean;
                /** @description Why, for the history. */
                note?: string;
                /** @description Refuse a major change that agents would have at once, instead of warning of it. */
                refuse_breaking?: boolean;
            };
            header?: never;
            path: {
                /** @description The tool's name or id; a new tool's `name` must be the same */
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ToolSpec"];
            };
        };
        responses: {
            /** @description What was done, or with `dry_run` would be */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Upserted"];
                };
            };
            /** @description Somebody else has to agree first; nothing changed */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Upserted"];
                };
            };
        };
    };
    delete_tool: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The tool's name or id */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    call_tool: {
        parameters: {
            query?: never;
            header?: {
                /** @description `no-cache`: ask the upstream even if an answer is kept; the new one is kept */
                "Cache-Control"?: string | null;
                /** @description Names the intent: 1 to 255 visible ASCII characters. Used again with other arguments it is a conflict */
                "Idempotency-Key"?: string | null;
            };
            path: {
                /** @description The tool's name or id */
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CallBody"];
            };
        };
        responses: {
            /** @description How it went, well or not */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CallAnswer"];
                    "text/event-stream": string;
                };
            };
        };
    };
    list_cases: {
        parameters: {
            query?: {
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description The most items to give, 50 when absent. */
                limit?: number;
            };
            header?: never;
            path: {
                /** @description The tool's name or id */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of cases */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Case"];
                };
            };
        };
    };
    create_case: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The tool's name or id */
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CaseSpec"];
            };
        };
        responses: {
            /** @description The case */
            201: {
                headers: {
                    /** @description The case's path */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Case"];
                };
            };
        };
    };
    get_case: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The case's name or id */
                case: string;
                /** @description The tool's name or id */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The case */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Case"];
                };
            };
        };
    };
    put_case: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The case's name or id; a new case's `name` must be the same */
                case: string;
                /** @description The tool's name or id */
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CaseSpec"];
            };
        };
        responses: {
            /** @description What was done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SavedCase"];
                };
            };
        };
    };
    delete_case: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The case's name or id */
                case: string;
                /** @description The tool's name or id */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    run_cases: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The tool's name or id; with `draft` it need not exist */
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CaseRunSpec"];
            };
        };
        responses: {
            /** @description How each case went */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunReport"];
                };
            };
        };
    };
    diff_tool: {
        parameters: {
            query: {
                /** @description The earlier revision. */
                from: number;
                /** @description The later revision. */
                to: number;
            };
            header?: never;
            path: {
                /** @description The tool's name or id */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The changes, field by field */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Change"][];
                };
            };
        };
    };
    get_tool_draft: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The tool's name or id */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The draft beside the live state */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DraftView"];
                };
            };
        };
    };
    put_tool_draft: {
        parameters: {
            query?: {
                /** @description It takes the live revision into account: from now on that is the one it was begun from. */
                rebase?: boolean;
            };
            header?: never;
            path: {
                /** @description The tool's name or id */
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ToolSpec"];
            };
        };
        responses: {
            /** @description The draft beside the live state */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DraftView"];
                };
            };
        };
    };
    delete_tool_draft: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The tool's name or id */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    publish_tool_draft: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The tool's name or id */
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Publish"];
            };
        };
        responses: {
            /** @description What was done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Upserted"];
                };
            };
            /** @description Somebody else has to agree first; nothing changed */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Upserted"];
                };
            };
        };
    };
    export_tool: {
        parameters: {
            query?: {
                /** @description As this agent has it, by name or id. */
                agent?: string;
                /** @description The form. */
                format?: "openai" | "openai_plain" | "openai_responses" | "openai_realtime" | "anthropic" | "gemini" | "mcp" | "elevenlabs" | "vapi" | "vapi_api_request";
            };
            header?: never;
            path: {
                /** @description The tool's name or id */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The definition, and what was lost on the way */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ExportedTool"];
                };
            };
        };
    };
    list_tool_grants: {
        parameters: {
            query?: {
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description The most items to give, 50 when absent. */
                limit?: number;
            };
            header?: never;
            path: {
                /** @description The tool's name or id */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of the users */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Grant"];
                };
            };
        };
    };
    grant_tool: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The tool's name or id */
                name: string;
                /** @description The member */
                user_id: components["schemas"]["user_id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is shared */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    revoke_tool_grant: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The tool's name or id */
                name: string;
                /** @description The member */
                user_id: components["schemas"]["user_id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is no longer shared with them */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    get_tool_limits: {
        parameters: {
            query?: {
                /** @description This agent's, by name or id, instead of the organization's. */
                agent?: string;
            };
            header?: never;
            path: {
                /** @description The tool's name or id */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Every limit that applies, with what is left of it */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LimitStatus"];
                };
            };
        };
    };
    roll_tool_back: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The tool's name or id */
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Rollback"];
            };
        };
        responses: {
            /** @description What was done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Upserted"];
                };
            };
            /** @description Somebody else has to agree first; nothing changed */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Upserted"];
                };
            };
        };
    };
    tool_suggestions: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The tool's name or id */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The suggestions, the weightiest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ToolSuggestions"];
                };
            };
        };
    };
    test_tool: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The tool's name or id */
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TrialBody"];
            };
        };
        responses: {
            /** @description How it went, well or not */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Trial"];
                };
            };
        };
    };
    get_tool_usage: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The tool's name or id */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Counts, errors and durations */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ToolUsage"];
                };
            };
        };
    };
    list_tool_versions: {
        parameters: {
            query?: {
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description The most items to give, 50 when absent. */
                limit?: number;
            };
            header?: never;
            path: {
                /** @description The tool's name or id */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of the history */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_ToolVersion"];
                };
            };
        };
    };
    get_tool_version: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The tool's name or id */
                name: string;
                /** @description The revision, from 1 */
                revision: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The tool as it was */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ToolVersion"];
                };
            };
        };
    };
    define_tools: {
        parameters: {
            query?: {
                /** @description The agent, by name or id. Without it: all tools that you may call. */
                agent?: string;
                /** @description The model provider's form. */
                format?: "openai" | "openai_strict" | "anthropic" | "gemini" | "mcp";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The definitions, and what was lost on the way */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Definitions"];
                };
            };
        };
    };
    list_workflows: {
        parameters: {
            query?: {
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description The most items to give, 50 when absent. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of workflows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Workflow"];
                };
            };
        };
    };
    create_workflow: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "complete_purchase",
                 *       "steps": [
                 *         {
                 *           "name": "inventory",
                 *           "tool": "check_inventory",
                 *           "params": {
                 *             "product_id": "{{ params.product_id }}"
                 *           }
                 *         },
                 *         {
                 *           "name": "order",
                 *           "tool": "create_order",
                 *           "condition": "results.inventory.in_stock",
                 *           "params": {
                 *             "product_id": "{{ params.product_id }}",
                 *             "quantity": "{{ params.quantity }}"
                 *           }
                 *         }
                 *       ]
                 *     }
                 */
                "application/json": components["schemas"]["WorkflowSpec"];
            };
        };
        responses: {
            /** @description The workflow */
            201: {
                headers: {
                    /** @description The workflow's path */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Workflow"];
                };
            };
        };
    };
    get_workflow: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The workflow's name or id */
                workflow: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The workflow */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Workflow"];
                };
            };
        };
    };
    put_workflow: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The workflow's name or id */
                workflow: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WorkflowSpec"];
            };
        };
        responses: {
            /** @description The workflow */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Workflow"];
                };
            };
        };
    };
    delete_workflow: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The workflow's name or id */
                workflow: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    run_workflow: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names the intent: 1 to 255 visible ASCII characters. Used again for something else it is a conflict */
                "Idempotency-Key"?: string | null;
            };
            path: {
                /** @description The workflow's name or id */
                workflow: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "input": {
                 *         "product_id": 7
                 *       },
                 *       "wait_ms": 20000
                 *     }
                 */
                "application/json": components["schemas"]["WorkflowRunSpec"];
            };
        };
        responses: {
            /** @description It has ended within `wait_ms` */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Run"];
                    "text/event-stream": string;
                };
            };
            /** @description It is at work, or waits */
            202: {
                headers: {
                    /** @description The run's path */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Run"];
                };
            };
        };
    };
    show_approval_link: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description What makes the link hard to guess */
                secret: string;
                /** @description The ticket */
                ticket: components["schemas"]["tick_id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page for people */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/html": string;
                };
            };
        };
    };
    decide_by_link: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description What makes the link hard to guess */
                secret: string;
                /** @description The ticket */
                ticket: components["schemas"]["tick_id"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LinkDecision"];
            };
        };
        responses: {
            /** @description The ticket as it is now; as a page for whoever sent the form */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Ticket"];
                };
            };
        };
    };
    callback: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description What makes the address hard to guess */
                secret: string;
                /** @description The ticket */
                ticket: components["schemas"]["tick_id"];
            };
            cookie?: never;
        };
        /** @description The result */
        requestBody: {
            content: {
                "application/json": unknown;
            };
        };
        responses: {
            /** @description It was taken, now or before */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Received"];
                };
            };
        };
    };
    health: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The process is up */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
        };
    };
    use_hook: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names the intent: 1 to 200 visible ASCII characters */
                "Idempotency-Key"?: string | null;
            };
            path: {
                /** @description The hook's slug or id */
                slug: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "action": "create_lead",
                 *       "parameters": {
                 *         "email": "ada@example.com"
                 *       },
                 *       "idempotency_key": "lead-17"
                 *     }
                 */
                "application/json": components["schemas"]["HookRequest"];
            };
        };
        responses: {
            /** @description It has ended, well or not */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HookAnswer"];
                };
            };
            /** @description It goes on; `status_url` tells how */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HookAnswer"];
                };
            };
        };
    };
    hook_status: {
        parameters: {
            query: {
                /** @description As the answer's `status_url` has it. */
                key: string;
            };
            header?: never;
            path: {
                /** @description The hook's id */
                slug: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description How it stands */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HookAnswer"];
                };
            };
        };
    };
    metrics: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Every figure */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
        };
    };
    oauth_callback: {
        parameters: {
            query?: {
                /** @description What tokens are given for */
                code?: string;
                /** @description That nothing was allowed */
                error?: string;
                /** @description Why */
                error_description?: string;
                /** @description The authorization server (RFC 9207) */
                iss?: string;
                /** @description Who is on the way */
                state?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page for people */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/html": string;
                };
            };
        };
    };
    oauth_client_metadata: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The document */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": Record<string, unknown>;
                };
            };
        };
    };
    openapi: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OpenAPI 3.1 */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": Record<string, unknown>;
                };
            };
        };
    };
    readiness: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Ready for work */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
        };
    };
    retell_tool_by_get: {
        parameters: {
            query?: {
                /** @description The hook whose signature it is */
                hook?: string;
            };
            header?: never;
            path: {
                /** @description The tool's name */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The result, or why there is none */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                    "text/plain": string;
                };
            };
        };
    };
    retell_tool: {
        parameters: {
            query?: {
                /** @description The hook whose signature it is */
                hook?: string;
            };
            header?: never;
            path: {
                /** @description The tool's name */
                name: string;
            };
            cookie?: never;
        };
        /** @description `{name, call, args}`, or the arguments */
        requestBody: {
            content: {
                "application/json": Record<string, unknown>;
            };
        };
        responses: {
            /** @description The result, or why there is none */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                    "text/plain": string;
                };
            };
        };
    };
    get_token: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["GetToken"] | null;
            };
        };
        responses: {
            /** @description A token */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TokenGiven"];
                };
            };
        };
    };
    converse: {
        parameters: {
            query?: {
                /** @description The agent's id; with a token its name will do. */
                agent_id?: string;
                /** @description A conversation to go on with. */
                conversation_id?: components["schemas"]["conv_id"];
                /** @description From `get-signed-url`. */
                conversation_signature?: string;
                /** @description The word that the conversation began with, to go on with it. */
                reconnect_token?: string;
                /** @description The client, as it names itself. */
                source?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The WebSocket is open; the first frame of each side begins the conversation */
            101: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    get_signed_url: {
        parameters: {
            query: {
                /** @description The agent's id or name. */
                agent_id: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The address */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignedUrl"];
                };
            };
        };
    };
    get_webrtc_token: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    vapi_tools_of_agent: {
        parameters: {
            query?: {
                /** @description The hook whose signature it is */
                hook?: string;
            };
            header?: never;
            path: {
                /** @description The agent's name or id */
                agent: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["vapi.ServerMessage"];
            };
        };
        responses: {
            /** @description One result for each call */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["vapi.Response"];
                };
            };
        };
    };
    vapi_tools: {
        parameters: {
            query?: {
                /** @description The hook whose signature it is */
                hook?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["vapi.ServerMessage"];
            };
        };
        responses: {
            /** @description One result for each call */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["vapi.Response"];
                };
            };
        };
    };
}
