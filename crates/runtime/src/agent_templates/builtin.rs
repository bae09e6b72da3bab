//! The agent templates and packs that come with the program: the files of `agents/` at the root of the repository. A new
//! one is added to its list; a test compares the lists with the folders.

/// File name and text of each template, by name.
pub(super) const TEMPLATES: [(&str, &str); 16] = [
    ("business_consultant.yaml", include_str!("../../../../agents/business_consultant.yaml")),
    ("content_creator.yaml", include_str!("../../../../agents/content_creator.yaml")),
    ("customer_service.yaml", include_str!("../../../../agents/customer_service.yaml")),
    ("data_analyst.yaml", include_str!("../../../../agents/data_analyst.yaml")),
    ("executive_assistant.yaml", include_str!("../../../../agents/executive_assistant.yaml")),
    ("financial_analyst.yaml", include_str!("../../../../agents/financial_analyst.yaml")),
    ("hr_business_partner.yaml", include_str!("../../../../agents/hr_business_partner.yaml")),
    ("it_support.yaml", include_str!("../../../../agents/it_support.yaml")),
    ("legal_advisor.yaml", include_str!("../../../../agents/legal_advisor.yaml")),
    ("marketing_strategist.yaml", include_str!("../../../../agents/marketing_strategist.yaml")),
    ("operations_manager.yaml", include_str!("../../../../agents/operations_manager.yaml")),
    ("product_manager.yaml", include_str!("../../../../agents/product_manager.yaml")),
    ("project_manager.yaml", include_str!("../../../../agents/project_manager.yaml")),
    ("recruiter.yaml", include_str!("../../../../agents/recruiter.yaml")),
    ("researcher.yaml", include_str!("../../../../agents/researcher.yaml")),
    ("sales_director.yaml", include_str!("../../../../agents/sales_director.yaml")),
];

/// File name and text of each pack, by name.
pub(super) const PACKS: [(&str, &str); 2] = [
    ("fintech.yaml", include_str!("../../../../agents/packs/fintech.yaml")),
    ("healthcare.yaml", include_str!("../../../../agents/packs/healthcare.yaml")),
];
