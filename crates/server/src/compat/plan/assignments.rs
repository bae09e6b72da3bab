//! `/api/assistants/{id}/tools`

pub(super) mod assign;
pub(super) mod configure;
pub(super) mod list;
pub(super) mod unassign;
