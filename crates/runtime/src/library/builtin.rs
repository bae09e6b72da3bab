//! The templates that come with the program: the files of `templates/` at the root of the repository. A new one is added
//! to the list; a test compares it with the folder.

/// File name and text of each, by name.
pub(super) const FILES: [(&str, &str); 25] = [
    ("availability_check.yaml", include_str!("../../../../templates/availability_check.yaml")),
    ("book_appointment.yaml", include_str!("../../../../templates/book_appointment.yaml")),
    ("business_hours.yaml", include_str!("../../../../templates/business_hours.yaml")),
    ("calendar_events.yaml", include_str!("../../../../templates/calendar_events.yaml")),
    ("callback_request.yaml", include_str!("../../../../templates/callback_request.yaml")),
    ("create_crm_contact.yaml", include_str!("../../../../templates/create_crm_contact.yaml")),
    ("create_ticket.yaml", include_str!("../../../../templates/create_ticket.yaml")),
    ("crm_lookup.yaml", include_str!("../../../../templates/crm_lookup.yaml")),
    ("data_processor.yaml", include_str!("../../../../templates/data_processor.yaml")),
    ("delivery_tracking.yaml", include_str!("../../../../templates/delivery_tracking.yaml")),
    ("end_call.yaml", include_str!("../../../../templates/end_call.yaml")),
    ("http_request.yaml", include_str!("../../../../templates/http_request.yaml")),
    ("knowledge_search.yaml", include_str!("../../../../templates/knowledge_search.yaml")),
    ("lead_capture.yaml", include_str!("../../../../templates/lead_capture.yaml")),
    ("order_return.yaml", include_str!("../../../../templates/order_return.yaml")),
    ("order_status.yaml", include_str!("../../../../templates/order_status.yaml")),
    ("payment_link.yaml", include_str!("../../../../templates/payment_link.yaml")),
    ("refund_with_approval.yaml", include_str!("../../../../templates/refund_with_approval.yaml")),
    ("send_email.yaml", include_str!("../../../../templates/send_email.yaml")),
    ("send_sms.yaml", include_str!("../../../../templates/send_sms.yaml")),
    ("store_locator.yaml", include_str!("../../../../templates/store_locator.yaml")),
    ("text_analyzer.yaml", include_str!("../../../../templates/text_analyzer.yaml")),
    ("ticket_status.yaml", include_str!("../../../../templates/ticket_status.yaml")),
    ("transfer_to_number.yaml", include_str!("../../../../templates/transfer_to_number.yaml")),
    ("weather.yaml", include_str!("../../../../templates/weather.yaml")),
];
