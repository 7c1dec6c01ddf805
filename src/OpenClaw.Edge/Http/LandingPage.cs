using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using OpenClaw.Edge.Diagnostics;

namespace OpenClaw.Edge.Http;

/// <summary>The page at <c>/</c>: what this is, how it is, and how to connect. One answer without font, image or secret; only a browser on
/// another machine gets a script, which pairs it by a code and lists the devices that wait. Thread-safe.</summary>
internal sealed class LandingPage(HttpFrontParts parts, ProbeEndpoint probes, AuthGate gate)
{
    /// <summary>Where the page's script is.</summary>
    public const string ScriptPath = "/pair.js";

    private const string Style =
        "body{font:16px/1.5 system-ui,sans-serif;max-width:44rem;margin:3rem auto;padding:0 1rem;color:#1c2430;background:#fff}"
        + "h1{font-size:1.5rem;margin:0}p{margin:.6rem 0}dl{display:grid;grid-template-columns:8rem 1fr;gap:.3rem 1rem}"
        + "dt{color:#5b6675}dd{margin:0}pre{background:#f2f4f7;padding:.8rem;border-radius:6px;overflow-x:auto}"
        + ".ok{color:#0a7a3d}.bad{color:#b3261e}[hidden]{display:none!important}"
        + "input,button{font:inherit;padding:.4rem .8rem;margin:0 .4rem .4rem 0}input{width:8rem;letter-spacing:.2em}"
        + "@media(prefers-color-scheme:dark){body{color:#e6e9ee;background:#14171c}pre{background:#1f242c}"
        + "dt{color:#9aa5b4}.ok{color:#4fd08a}.bad{color:#ff8a80}}";

    private const string PairForm =
        """
        <h2>Pair this browser</h2>
        <form id=enter hidden><p>Six digits are in the gateway's log (<code>journalctl -u openclaw</code>), or run <code>openclaw pair</code> there:</p>
        <input id=code name=code inputmode=numeric autocomplete=one-time-code maxlength=7 required aria-label="Six digits"><button>Pair</button>
        <button id=show type=button>Show a code at the gateway</button></form>
        <p id=say role=status><noscript>This needs scripts: the browser makes a key of its own.</noscript></p>
        <div id=home hidden><button id=more type=button>A code for another browser</button><h2>Devices that wait</h2><ul id=wait></ul></div>
        <script src=/pair.js></script>

        """;

    private static readonly string Policy =
        "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; style-src 'sha256-"
        + Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Style))) + "'";

    private static readonly string PairPolicy = Policy + "; script-src 'self'; connect-src 'self'";

    /// <summary>Answers GET and HEAD.</summary>
    public Task AnswerAsync(HttpContext context)
    {
        IHeaderDictionary headers = context.Response.Headers;
        bool pairs = parts.Browsers.IsOn && gate.IsFromElsewhere(context);
        headers.ContentSecurityPolicy = pairs ? PairPolicy : Policy;
        headers.XFrameOptions = "DENY";
        headers.CacheControl = "no-store";
        string scheme = context.Request.IsHttps ? "https" : "http";
        string host = context.Request.Headers.Host.Count > 0 ? context.Request.Headers.Host.ToString() : "localhost:18789";
        return HttpAnswer.BytesAsync(
            context, StatusCodes.Status200OK, "text/html; charset=utf-8", Encoding.UTF8.GetBytes(Html(scheme, host, pairs ? PairForm : "")));
    }

    /// <summary>Answers with the script.</summary>
    public static async Task ScriptAsync(HttpContext context)
    {
        context.Response.Headers.CacheControl = "no-cache";
        await using Stream script = typeof(LandingPage).Assembly.GetManifestResourceStream("pair.js")!;
        byte[] bytes = new byte[script.Length];
        await script.ReadExactlyAsync(bytes, context.RequestAborted);
        await HttpAnswer.BytesAsync(context, StatusCodes.Status200OK, "text/javascript; charset=utf-8", bytes);
    }

    private string Html(string scheme, string rawHost, string pairing)
    {
        string host = WebUtility.HtmlEncode(rawHost);
        bool ready = probes.Failing().Count == 0;
        string state = ready
            ? "<dd class=ok>ready</dd>"
            : "<dd class=bad>not ready; on this machine run <code>openclaw status</code></dd>";
        TimeSpan up = parts.Lifecycle.Uptime;
        string uptime = string.Create(CultureInfo.InvariantCulture, $"{(int)up.TotalHours} h {up.Minutes} min");
        string socket = scheme == "https" ? "wss" : "ws";
        return $"""
            <!doctype html>
            <html lang=en><meta charset=utf-8><meta name=viewport content="width=device-width,initial-scale=1">
            <title>OpenClaw Edge</title><style>{Style}</style>
            <h1>OpenClaw Edge</h1>
            <p>A gateway between people, agents and models that run at home. It speaks OpenClaw's gateway protocol.</p>
            <dl><dt>State</dt>{state}<dt>Version</dt><dd>{EdgeVersion.Own} (compatible with {EdgeVersion.Compatible})</dd>
            <dt>Up</dt><dd>{uptime}</dd><dt>WebSocket</dt><dd><code>{socket}://{host}/</code></dd>
            <dt>HTTP API</dt><dd><code>{scheme}://{host}/v1</code></dd></dl>
            {pairing}<p>Chat from a terminal on this machine:</p>
            <pre>openclaw chat</pre>
            <p>Or with any OpenAI client. The token is in the file <code>gateway-token</code> of the state directory
            (<code>~/.openclaw</code>), unless the configuration sets another:</p>
            <pre>curl {scheme}://{host}/v1/chat/completions \
              -H "Authorization: Bearer $OPENCLAW_GATEWAY_TOKEN" \
              -H "Content-Type: application/json" \
              -d '{"{"}"model":"openclaw","messages":[{"{"}"role":"user","content":"hello"{"}"}]{"}"}'</pre>
            </html>

            """;
    }
}
