//! Whoever serves models to an organization.

use callwright_model::{
    id::{ModelProviderId, OrgId},
    model_provider::{ModelProvider, ModelProviderSpec, ProviderKind, ProviderSource},
};

use crate::{
    db::{Store, Tx},
    error::{Error, Result},
    params,
    value::{self, Row},
};

const PROVIDER: &str = "id, name, kind, base_url, secret, options, models, is_default, created_at, updated_at";

/// The most providers that an organization may have.
pub const MAX_PROVIDERS: i64 = 50;

fn provider(row: &Row) -> Result<ModelProvider> {
    let mut fields = row.fields("model_provider");
    let id = fields.id("id")?;
    let spec = ModelProviderSpec {
        name: fields.string("name")?,
        kind: fields.word("kind", ProviderKind::parse)?,
        base_url: fields.opt_string("base_url")?,
        secret: fields.opt_string("secret")?,
        options: fields.json("options")?,
        models: fields.json("models")?,
        is_default: fields.flag("is_default")?,
    };
    Ok(ModelProvider {
        id: Some(id),
        spec,
        source: ProviderSource::Organization,
        created_at: Some(fields.time("created_at")?),
        updated_at: Some(fields.time("updated_at")?),
    })
}

fn name_taken(spec: &ModelProviderSpec) -> impl FnOnce(Error) -> Error {
    let name = spec.name.clone();
    move |error| error.unique_means("name_taken", || format!("there is a model provider named `{name}` already"))
}

impl Tx<'_> {
    /// Adds a provider, unless the organization has [`MAX_PROVIDERS`] already: then false. A new default takes the place
    /// of the one before.
    ///
    /// # Errors
    /// Conflict `name_taken`.
    pub async fn create_model_provider(
        &mut self,
        org: OrgId,
        id: ModelProviderId,
        row: &ModelProvider,
    ) -> Result<bool> {
        let count = "SELECT COUNT(*) FROM model_provider WHERE org_id = $1";
        let count = self.fetch_optional(count, &params![org]).await?;
        if count.map_or(Ok(0), |row| row.fields("model_provider").int("count"))? >= MAX_PROVIDERS {
            return Ok(false);
        }
        self.step_down(org, &row.spec).await?;
        let sql = format!(
            "INSERT INTO model_provider (org_id, {PROVIDER}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"
        );
        let spec = &row.spec;
        let params = params![
            org,
            id,
            &spec.name,
            spec.kind.as_str(),
            spec.base_url.clone(),
            spec.secret.clone(),
            value::json(&spec.options)?,
            value::json(&spec.models)?,
            spec.is_default,
            row.created_at,
            row.updated_at,
        ];
        self.execute(&sql, &params).await.map_err(name_taken(spec))?;
        Ok(true)
    }

    /// Brings a provider to another state. False: it is not there.
    ///
    /// # Errors
    /// Conflict `name_taken`.
    pub async fn update_model_provider(
        &mut self,
        org: OrgId,
        id: ModelProviderId,
        row: &ModelProvider,
    ) -> Result<bool> {
        self.step_down(org, &row.spec).await?;
        let sql = "UPDATE model_provider SET name = $3, kind = $4, base_url = $5, secret = $6, options = $7, \
                   models = $8, is_default = $9, updated_at = $10 WHERE org_id = $1 AND id = $2";
        let spec = &row.spec;
        let params = params![
            org,
            id,
            &spec.name,
            spec.kind.as_str(),
            spec.base_url.clone(),
            spec.secret.clone(),
            value::json(&spec.options)?,
            value::json(&spec.models)?,
            spec.is_default,
            row.updated_at,
        ];
        Ok(self.execute(sql, &params).await.map_err(name_taken(spec))? > 0)
    }

    /// Deletes a provider. False: it is not there.
    pub async fn delete_model_provider(&mut self, org: OrgId, id: ModelProviderId) -> Result<bool> {
        Ok(self.execute("DELETE FROM model_provider WHERE org_id = $1 AND id = $2", &params![org, id]).await? > 0)
    }

    /// Makes room for a new default.
    async fn step_down(&mut self, org: OrgId, spec: &ModelProviderSpec) -> Result<()> {
        if spec.is_default {
            let sql = "UPDATE model_provider SET is_default = 0 WHERE org_id = $1 AND is_default = 1";
            self.execute(sql, &params![org]).await?;
        }
        Ok(())
    }
}

impl Store {
    /// All providers of an organization, by name; there are at most [`MAX_PROVIDERS`].
    pub async fn model_providers(&self, org: OrgId) -> Result<Vec<ModelProvider>> {
        let sql =
            format!("SELECT {PROVIDER} FROM model_provider WHERE org_id = $1 ORDER BY name LIMIT {MAX_PROVIDERS}");
        self.fetch_all(sql, params![org], provider).await
    }
}
