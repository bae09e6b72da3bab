//! Why each check on this machine matters. The server tells that of its own.

/// Why the check of that name matters.
pub(super) fn of(check: &str) -> Option<&'static str> {
    Some(match check {
        "server" => "without a server no tool can be called",
        "server version" => "a newer side may say things that the older one does not understand",
        "readiness" => "calls are refused until it is ready",
        "clock" => "tokens end, and limits count, by the server's clock",
        "token" => "every command but this one needs it",
        "settings" => "the server does not start with them",
        "data directory" => "the database and the keys are in it",
        "outbound" => "tools reach their upstreams this way",
        "outbound allow" => "what a tool may reach, whoever writes tools may reach",
        "master key" => {
            "it opens every secret in the database: without it they are lost, and whoever has both has them"
        }
        "database" => "everything is kept there",
        "disk" => "when the disk is full no write is accepted",
        "world clock" => "signatures, certificates and tokens of others go by the true time",
        _ => return None,
    })
}
