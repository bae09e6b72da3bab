//! Documents: what tools gave that is too large for a result, or no text; sealed.

use callwright_model::{
    Timestamp,
    document::Document,
    id::{ConversationId, DocumentId, ExecutionId, OrgId, UserId},
    page::{Page, PageRequest},
};

use crate::{
    db::Store,
    error::Result,
    params,
    query::{Query, after_id},
    value::Row,
};

/// Which documents to list.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DocumentFilter {
    /// Of this execution.
    pub execution_id: Option<ExecutionId>,
    /// Of this conversation.
    pub conversation_id: Option<ConversationId>,
    /// Of an execution that this user asked for.
    pub user_id: Option<UserId>,
}

const DOCUMENT: &str = "SELECT id, org_id, execution_id, conversation_id, position, name, media_type, size, \
                        created_at, expires_at FROM document WHERE org_id = $1";

fn document(row: &Row) -> Result<Document> {
    let mut fields = row.fields("document");
    Ok(Document {
        id: fields.id("id")?,
        organization_id: fields.id("org_id")?,
        execution_id: fields.opt_id("execution_id")?,
        conversation_id: fields.opt_id("conversation_id")?,
        position: fields.int("position")?,
        name: fields.string("name")?,
        media_type: fields.string("media_type")?,
        size: fields.int("size")?,
        created_at: fields.time("created_at")?,
        expires_at: fields.opt_time("expires_at")?,
    })
}

impl Store {
    /// Keeps a document, sealed. What stands at its place in its execution already stays as it is. False: it does.
    pub async fn put_document(&self, new: &Document, body: &str) -> Result<bool> {
        let sql = "INSERT INTO document (id, org_id, execution_id, conversation_id, position, name, media_type, size, \
                   body, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) \
                   ON CONFLICT DO NOTHING";
        let params = params![
            new.id,
            new.organization_id,
            new.execution_id,
            new.conversation_id,
            new.position,
            &new.name,
            &new.media_type,
            new.size,
            body,
            new.created_at,
            new.expires_at,
        ];
        Ok(self.execute(sql, params).await? > 0)
    }

    /// A document without its bytes.
    pub async fn document(&self, org: OrgId, id: DocumentId) -> Result<Option<Document>> {
        self.fetch_optional(format!("{DOCUMENT} AND id = $2"), params![org, id], document).await
    }

    /// The bytes of a document, sealed.
    pub async fn document_body(&self, org: OrgId, id: DocumentId) -> Result<Option<String>> {
        let sql = "SELECT body FROM document WHERE org_id = $1 AND id = $2";
        self.fetch_optional(sql, params![org, id], |row| row.fields("document").string("body")).await
    }

    /// What an execution gave, in order.
    pub async fn documents_of(&self, org: OrgId, execution: ExecutionId, most: u32) -> Result<Vec<Document>> {
        let sql = format!("{DOCUMENT} AND execution_id = $2 ORDER BY position LIMIT $3");
        self.fetch_all(sql, params![org, execution, i64::from(most)], document).await
    }

    /// How many documents a conversation has, and their bytes.
    pub async fn documents_in(&self, org: OrgId, conversation: ConversationId) -> Result<(i64, i64)> {
        let sql = "SELECT COUNT(*), CAST(COALESCE(SUM(size), 0) AS BIGINT) FROM document \
                   WHERE org_id = $1 AND conversation_id = $2";
        let read = |row: &Row| {
            let mut fields = row.fields("document");
            Ok((fields.int("count")?, fields.int("size")?))
        };
        Ok(self.fetch_optional(sql, params![org, conversation], read).await?.unwrap_or_default())
    }

    /// The bytes of the documents that strangers gave, if this conversation is one of a stranger.
    pub async fn documents_of_strangers(&self, org: OrgId, conversation: ConversationId) -> Result<Option<i64>> {
        let sql = "SELECT (SELECT CAST(COALESCE(SUM(d.size), 0) AS BIGINT) FROM document d \
                   JOIN conversation c ON c.id = d.conversation_id WHERE d.org_id = $1 AND c.is_public = 1) \
                   FROM conversation WHERE org_id = $1 AND id = $2 AND is_public = 1";
        self.fetch_optional(sql, params![org, conversation], |row| row.fields("document").int("size")).await
    }

    /// Documents, newest first.
    pub async fn documents(&self, org: OrgId, filter: DocumentFilter, page: &PageRequest) -> Result<Page<Document>> {
        let mut query = Query::new(DOCUMENT, params![org]);
        query.and("execution_id =", filter.execution_id).and("conversation_id =", filter.conversation_id);
        if let Some(user) = filter.user_id {
            // Whose it is says the execution, whose record may still be waiting to be written.
            self.flush().await?;
            query.push(" AND EXISTS (SELECT 1 FROM execution e WHERE e.id = document.execution_id AND e.user_id = ");
            query.bind(user).push(")");
        }
        query.and("id <", after_id::<callwright_model::id::kind::Document>(page)?);
        query.push(" ORDER BY id DESC").limit(page);
        let rows = self.fetch_query(query, document).await?;
        Ok(Page::from_rows(rows, page.limit, |document| vec![document.id.to_string()]))
    }

    /// The newest document of that id or name among those of a user's own executions.
    pub async fn document_of_user(
        &self,
        org: OrgId,
        user: UserId,
        id: Option<DocumentId>,
        name: Option<&str>,
    ) -> Result<Option<Document>> {
        self.flush().await?;
        let sql = format!(
            "{DOCUMENT} AND EXISTS (SELECT 1 FROM execution e WHERE e.id = document.execution_id AND e.user_id = $2) \
             AND (id = $3 OR name = $4) ORDER BY id DESC LIMIT 1"
        );
        self.fetch_optional(sql, params![org, user, id, name], document).await
    }

    /// Throws documents away whose time has come, at most `most`.
    pub async fn purge_documents(&self, now: Timestamp, most: u32) -> Result<u64> {
        let sql = "DELETE FROM document WHERE id IN (SELECT id FROM document WHERE expires_at IS NOT NULL \
                   AND expires_at <= $1 LIMIT $2)";
        self.execute(sql, params![now, i64::from(most)]).await
    }
}
