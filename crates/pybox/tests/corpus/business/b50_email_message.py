# what: builds an e-mail with an attachment, reads it back and takes addresses apart
from email import message_from_string
from email.message import EmailMessage
from email.utils import formataddr, getaddresses, parseaddr
def execute_tool(parameters, context):
    message = EmailMessage()
    message["From"] = formataddr(("Shop GmbH", "shop@example.com"))
    message["To"] = "ada@example.com, Bob <bob@example.com>"
    message["Subject"] = "Ihre Bestellung für März"
    message.set_content("Hallo Ada,\nes ist da.\n")
    message.add_attachment(b"a;b\n1;2\n", maintype="text", subtype="csv", filename="order.csv")
    read = message_from_string("From: x@example.com\nSubject: Hi\n\nbody text")
    return {"subject": message["Subject"], "types": [part.get_content_type() for part in message.walk()], "text": message.get_body().get_content(),
            "files": [part.get_filename() for part in message.iter_attachments()], "to": [address for _, address in getaddresses([message["To"]])],
            "parsed": list(parseaddr("Ada L. <ada@example.com>")), "read": [read["subject"], read.get_payload()]}
