"""Findings of cfn-lint and checkov that we live with, each with its reason; `make synth` fails on any other, and on a
reason here that nothing needs any more."""

CFN_LINT = {
    "W3005": "The CDK names a role twice, as a dependency and by its ARN: no harm, and not ours to write otherwise.",
    "W3010": "The zones are named so that the same templates come out on every machine, without asking an account.",
}
CHECKOV = {
    "CKV_AWS_2": "Without a domain there is no certificate for a balancer: browsers speak TLS with CloudFront. The "
                 "inner balancer is reached from the dashboard's tasks alone, inside the VPC.",
    "CKV_AWS_103": "The same two listeners speak no TLS at all, for the same reason.",
    "CKV_AWS_18": "The bucket of access logs does not log itself.",
    "CKV_AWS_27": "The queues are encrypted by SQS's own keys, which checkov does not know; a key of ours would need "
                  "EventBridge in its policy and cost a call for each batch. Messages hold keys of objects only.",
    "CKV_AWS_65": "Container insights cost about $2 a task and month: `scale` has them.",
    "CKV_AWS_68": "What CloudFront lets through is a signed address of one picture, or ends at the balancer (`scale`: "
                  "with a web ACL).",
    "CKV_AWS_86": "Standard logs need a bucket with access control lists; the balancer behind it logs every call.",
    "CKV_AWS_88": "The NAT instance of `small` is the private subnets' way out, and that has a public address; its "
                  "group lets in what comes from inside only.",
    "CKV_AWS_260": "With a domain, port 80 of the balancer is open to send browsers on to HTTPS.",
    "CKV_AWS_111": "The one write without a resource is a function's network interface, which has none to name; the "
                   "function's own code is denied it.",
    "CKV_AWS_115": "`small` reserves nothing: a new account may run ten functions at once. Migrations and the CDK's "
                   "trigger run once a deployment.",
    "CKV_AWS_116": "Nothing calls a function asynchronously that would get lost: SQS has a dead-letter queue, a sweep "
                   "comes again in a minute, the API's callers see the error.",
    "CKV_AWS_117": "The CDK's trigger only starts the migrations, by Lambda's own API.",
    "CKV_AWS_118": "Enhanced monitoring is paid by the gigabyte: `scale` has it, `small` sees CPU and capacity.",
    "CKV_AWS_120": "Each answer of the uploads API is for one person and one moment: a cache would be wrong.",
    "CKV_AWS_149": "Secrets Manager encrypts them with its own key; they are random words of this installation, read "
                   "by one task role each.",
    "CKV_AWS_158": "Logs are encrypted by CloudWatch's own keys. They hold ids and keys, no pictures and no tokens.",
    "CKV_AWS_173": "A function's variables are addresses and names: there is no secret among them.",
    "CKV_AWS_174": "CloudFront's own name brings its own certificate and TLS policy, which we cannot choose.",
}  # fmt: skip
