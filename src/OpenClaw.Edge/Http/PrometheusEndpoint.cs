using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;
using OpenClaw.Edge.Agents;

namespace OpenClaw.Edge.Http;

/// <summary><c>GET /api/diagnostics/prometheus</c>, also <c>/metrics</c>: what was counted, in the text exposition format 0.0.4.
/// Thread-safe.</summary>
internal sealed class PrometheusEndpoint(HttpFrontParts parts, HttpCounters counters)
{
    /// <summary>Answers an admitted request.</summary>
    public Task AnswerAsync(HttpContext context)
    {
        StringBuilder text = new(2048);
        Head(text, "openclaw_http_requests_total", "counter", "HTTP requests answered, by route.");
        foreach (HttpRoute route in Enum.GetValues<HttpRoute>())
        {
            string label = route.ToString().ToLowerInvariant();
            text.Append(CultureInfo.InvariantCulture, $"openclaw_http_requests_total{{route=\"{label}\"}} {counters.RequestsOf(route)}\n");
        }

        Head(text, "openclaw_http_responses_total", "counter", "HTTP requests answered, by class of status; gone: the client left first.");
        for (int digit = 0; digit < counters.RequestsByClass.Count; digit++)
        {
            string label = digit == 0 ? "gone" : $"{digit}xx";
            text.Append(CultureInfo.InvariantCulture, $"openclaw_http_responses_total{{class=\"{label}\"}} {counters.RequestsByClass[digit]}\n");
        }

        One(text, "openclaw_http_active_requests", "gauge", "HTTP requests under way.", counters.Active);
        One(text, "openclaw_http_unauthorized_total", "counter", "Requests without a valid credential.", counters.Unauthorized);
        One(text, "openclaw_http_rate_limited_total", "counter", "Requests refused with 429.", counters.RateLimited);
        One(text, "openclaw_http_client_gone_total", "counter", "Requests whose client left early.", counters.ClientGone);
        One(text, "openclaw_upstream_failures_total", "counter", "Model server calls that failed.", counters.UpstreamFailures);
        One(text, "openclaw_upstream_bytes_total", "counter", "Answer bytes passed through.", counters.BytesOut);
        One(text, "openclaw_prompt_tokens_total", "counter", "Tokens read by models, of turns and of API calls.", counters.PromptTokens);
        One(text, "openclaw_completion_tokens_total", "counter", "Tokens generated, in turns and API calls.", counters.CompletionTokens);
        Head(text, "openclaw_runs_total", "counter", "Agent turns that ended, of every channel, by outcome.");
        foreach (RunStatus status in Enum.GetValues<RunStatus>())
        {
            string label = status.ToString().ToLowerInvariant();
            text.Append(CultureInfo.InvariantCulture, $"openclaw_runs_total{{outcome=\"{label}\"}} {counters.TurnsOf(status)}\n");
        }

        ProviderMetrics.Write(text, parts.Models.Counters.All);
        One(text, "openclaw_runs_active", "gauge", "Agent turns that run or wait.", parts.Runs.Active.Count);
        One(text, "openclaw_uptime_seconds", "gauge", "Seconds since the start.", (long)parts.Lifecycle.Uptime.TotalSeconds);
        if (parts.Strain.Memory.Memory is { } memory)
        {
            One(text, "openclaw_memory_limit_bytes", "gauge", "Memory of the machine or of the control group, whichever is less.", memory.Total);
            One(text, "openclaw_memory_available_bytes", "gauge", "What can be taken before the kernel ends a process.", memory.Headroom);
        }

        One(text, "openclaw_memory_short", "gauge", "1 while new work is refused because memory is short.", parts.Strain.Memory.IsShort ? 1 : 0);
        One(text, "openclaw_load_shed_total", "counter", "Work refused because memory was short.", parts.Strain.Memory.Refused);
        if (parts.Strain.Heat.Celsius is { } celsius)
        {
            One(text, "openclaw_temperature_celsius", "gauge", "The warmest sensor.", (long)Math.Round(celsius));
            One(text, "openclaw_temperature_hot", "gauge", "1 while local models get half their slots.", parts.Strain.Heat.IsHot ? 1 : 0);
        }

        One(text, "process_resident_memory_bytes", "gauge", "Resident memory.", Environment.WorkingSet);
        return HttpAnswer.BytesAsync(
            context,
            StatusCodes.Status200OK,
            "text/plain; version=0.0.4; charset=utf-8",
            Encoding.UTF8.GetBytes(text.ToString()));
    }

    private static void One(StringBuilder text, string name, string type, string help, long value)
    {
        Head(text, name, type, help);
        text.Append(CultureInfo.InvariantCulture, $"{name} {value}\n");
    }

    internal static void Head(StringBuilder text, string name, string type, string help) =>
        text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {help}\n# TYPE {name} {type}\n");
}
