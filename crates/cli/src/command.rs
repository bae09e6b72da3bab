//! The commands, one file each.

mod agent;
mod apply;
mod approvals;
mod audit;
mod bundle;
mod conversation;
mod credits;
mod doctor;
mod executions;
mod feature;
mod hook;
mod import;
mod job;
mod library;
mod lint;
mod login;
mod mcp;
mod mcp_server;
mod member;
mod migrate;
mod migrate_settings;
mod model;
mod proposals;
mod python;
mod run;
mod schedule;
mod secret;
mod serve;
mod template;
mod thread;
mod token;
mod tool;
mod version;
mod worker;
mod workflow;

use clap::{Args, Parser, Subcommand};

use crate::{client::Client, failure::Failure};

/// Tools for AI agents: registered once, called safely, recorded always.
#[derive(Debug, Parser)]
#[command(name = "callwright", version, about, propagate_version = false, arg_required_else_help = true)]
#[command(after_help = "Remote commands read CALLWRIGHT_URL (default http://127.0.0.1:8080) and CALLWRIGHT_TOKEN; \
without a token, the one that a server on this machine left in ./data/admin-token is used.")]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the server.
    Serve(serve::Serve),
    /// Carry jobs of a PostgreSQL database, beside its servers.
    Worker(worker::Worker),
    /// Bring the database's tables up to date, and stop.
    Migrate(migrate::Migrate),
    /// The sandbox of Python tools: ready it before the first start.
    #[command(subcommand)]
    Python(python::Python),
    /// Find out what is wrong, and what to do about it.
    Doctor(doctor::Doctor),
    /// Create or change tools from files.
    Apply(apply::Apply),
    /// Make tools of OpenAPI documents, Postman collections, curl lines and other descriptions.
    #[command(subcommand)]
    Import(import::Import),
    /// Find what could be better about tools; guess parameters from a sample request.
    Lint(lint::Lint),
    /// Tools: list, call, history.
    #[command(subcommand)]
    Tool(tool::Tool),
    /// Templates: tools with blanks, to be filled in and used.
    #[command(subcommand)]
    Template(template::Template),
    /// Public tools of other organizations: find, install, update.
    #[command(subcommand)]
    Library(library::Library),
    /// Tools and agents in one file: export, import.
    #[command(subcommand)]
    Bundle(bundle::Bundle),
    /// Make tools of an agent's older `tools_settings`.
    MigrateSettings(migrate_settings::MigrateSettings),
    /// What is switched on for the organization.
    #[command(subcommand)]
    Feature(feature::Feature),
    /// What operations cost, what there is, and the ledger.
    #[command(subcommand, alias = "credit")]
    Credits(credits::Credits),
    /// Agents and the tools assigned to them.
    #[command(subcommand)]
    Agent(agent::Agent),
    /// Workflows: fixed plans of steps over tools or agents.
    #[command(subcommand)]
    Workflow(workflow::Workflow),
    /// Runs: agents and workflows at work.
    #[command(subcommand)]
    Run(run::Run),
    /// Threads: conversations that runs take forward.
    #[command(subcommand)]
    Thread(thread::Thread),
    /// Conversations of voice and chat clients: the log.
    #[command(subcommand)]
    Conversation(conversation::Conversation),
    /// Jobs: durable background work.
    #[command(subcommand)]
    Job(job::Job),
    /// Schedules: runs and calls that the clock starts.
    #[command(subcommand)]
    Schedule(schedule::Schedule),
    /// Hooks: addresses at which others start something here.
    #[command(subcommand, alias = "hooks")]
    Hook(hook::Hook),
    /// What has been called, and what came of it.
    #[command(subcommand, alias = "execution")]
    Executions(executions::Executions),
    /// What executions wait for, and deciding it.
    #[command(subcommand, alias = "approval")]
    Approvals(approvals::Approvals),
    /// Changes that need the agreement of another person.
    #[command(subcommand, alias = "proposal")]
    Proposals(proposals::Proposals),
    /// Who changed what, and whether the log is still what was written.
    #[command(subcommand)]
    Audit(audit::Audit),
    /// Secrets: set, list, delete. They are never read back.
    #[command(subcommand)]
    Secret(secret::Secret),
    /// Model providers: list, add, test, remove.
    #[command(subcommand)]
    Model(model::Model),
    /// Speak the Model Context Protocol over standard input and output, for desktop clients.
    Mcp(mcp::Mcp),
    /// MCP servers whose tools are used: list, add, adopt, accept; and `probe`, which only looks.
    #[command(subcommand)]
    McpServer(mcp_server::McpServer),
    /// API tokens.
    #[command(subcommand)]
    Token(token::Token),
    /// Exchange e-mail and password for a short-lived token, which is printed.
    Login(login::Login),
    /// The organization's members.
    #[command(subcommand)]
    Member(member::Member),
    /// Print the version of this program and of the server.
    Version(version::Version),
}

/// What every remote command takes.
#[derive(Debug, Args)]
pub(crate) struct Remote {
    /// The server's address [env: CALLWRIGHT_URL] [default: http://127.0.0.1:8080]
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    /// Print the server's answer as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

impl Remote {
    /// The server that is meant.
    pub(crate) fn connect(&self) -> Result<Client, Failure> {
        Client::connect(self.url.as_deref())
    }
}

/// Carries out what the command line says.
pub(crate) fn run(arguments: Arguments) -> Result<(), Failure> {
    match arguments.command {
        Command::Serve(command) => serve::run(&command),
        Command::Worker(command) => worker::run(&command),
        Command::Migrate(command) => migrate::run(&command),
        Command::Python(command) => python::run(&command),
        Command::Doctor(command) => doctor::run(&command),
        Command::Apply(command) => apply::run(&command),
        Command::Import(command) => import::run(command),
        Command::Lint(command) => lint::run(&command),
        Command::Tool(command) => tool::run(command),
        Command::Template(command) => template::run(command),
        Command::Library(command) => library::run(command),
        Command::Bundle(command) => bundle::run(command),
        Command::MigrateSettings(command) => migrate_settings::run(&command),
        Command::Feature(command) => feature::run(command),
        Command::Credits(command) => credits::run(command),
        Command::Agent(command) => agent::run(command),
        Command::Workflow(command) => workflow::run(command),
        Command::Run(command) => run::run(command),
        Command::Thread(command) => thread::run(command),
        Command::Conversation(command) => conversation::run(command),
        Command::Job(command) => job::run(command),
        Command::Schedule(command) => schedule::run(command),
        Command::Hook(command) => hook::run(command),
        Command::Executions(command) => executions::run(command),
        Command::Approvals(command) => approvals::run(command),
        Command::Proposals(command) => proposals::run(command),
        Command::Audit(command) => audit::run(command),
        Command::Secret(command) => secret::run(command),
        Command::Model(command) => model::run(command),
        Command::Mcp(command) => mcp::run(&command),
        Command::McpServer(command) => mcp_server::run(command),
        Command::Token(command) => token::run(command),
        Command::Login(command) => login::run(&command),
        Command::Member(command) => member::run(command),
        Command::Version(command) => version::run(&command),
    }
}
