using System.Globalization;
using System.Text;
using OpenClaw.Edge.Providers;

namespace OpenClaw.Edge.Http;

/// <summary>The counts of the model servers in Prometheus' text. A provider that was never called has no lines.</summary>
internal static class ProviderMetrics
{
    public static void Write(StringBuilder text, IReadOnlyList<KeyValuePair<string, ProviderCounts>> all)
    {
        PrometheusEndpoint.Head(text, "openclaw_model_calls_total", "counter", "Model calls that ended, by provider and outcome.");
        foreach ((string provider, ProviderCounts counts) in all)
        {
            Outcome(text, provider, "ok", counts.Done);
            Outcome(text, provider, "cancelled", counts.Cancelled);
            foreach (ProviderFailure failure in Enum.GetValues<ProviderFailure>())
            {
                Outcome(text, provider, Label(failure), counts.FailuresOf(failure));
            }
        }

        PrometheusEndpoint.Head(text, "openclaw_model_tokens_total", "counter", "Tokens of model calls, by provider.");
        foreach ((string provider, ProviderCounts counts) in all)
        {
            Tokens(text, provider, "input", counts.InputTokens);
            Tokens(text, provider, "output", counts.OutputTokens);
            Tokens(text, provider, "cache_read", counts.CacheReadTokens);
        }

        PrometheusEndpoint.Head(
            text, "openclaw_model_first_token_seconds", "histogram", "Time from a model call to the first piece of its answer.");
        foreach ((string provider, ProviderCounts counts) in all)
        {
            FirstTokens(text, Escaped(provider), counts);
        }
    }

    private static void Outcome(StringBuilder text, string provider, string outcome, long value) => text.Append(
        CultureInfo.InvariantCulture,
        $"openclaw_model_calls_total{{provider=\"{Escaped(provider)}\",outcome=\"{outcome}\"}} {value}\n");

    private static void Tokens(StringBuilder text, string provider, string type, long value) => text.Append(
        CultureInfo.InvariantCulture,
        $"openclaw_model_tokens_total{{provider=\"{Escaped(provider)}\",type=\"{type}\"}} {value}\n");

    private static void FirstTokens(StringBuilder text, string provider, ProviderCounts counts)
    {
        const string Name = "openclaw_model_first_token_seconds";
        long upTo = 0;
        for (int slot = 0; slot <= ProviderCounts.FirstTokenBounds.Count; slot++)
        {
            upTo += counts.FirstTokensIn(slot);
            string bound = slot < ProviderCounts.FirstTokenBounds.Count
                ? ProviderCounts.FirstTokenBounds[slot].ToString(CultureInfo.InvariantCulture)
                : "+Inf";
            text.Append(CultureInfo.InvariantCulture, $"{Name}_bucket{{provider=\"{provider}\",le=\"{bound}\"}} {upTo}\n");
        }

        text.Append(CultureInfo.InvariantCulture, $"{Name}_sum{{provider=\"{provider}\"}} {counts.FirstTokenSeconds}\n");
        text.Append(CultureInfo.InvariantCulture, $"{Name}_count{{provider=\"{provider}\"}} {upTo}\n");
    }

    // The names of failures as metrics write words: rate_limited.
    private static string Label(ProviderFailure failure)
    {
        StringBuilder words = new();
        foreach (char letter in failure.ToString())
        {
            if (char.IsUpper(letter) && words.Length > 0)
            {
                words.Append('_');
            }

            words.Append(char.ToLowerInvariant(letter));
        }

        return words.ToString();
    }

    // A provider's name comes from the configuration. Source: text exposition format 0.0.4, label values.
    private static string Escaped(string provider) => provider
        .Replace("\\", "\\\\", StringComparison.Ordinal)
        .Replace("\"", "\\\"", StringComparison.Ordinal)
        .Replace("\n", "\\n", StringComparison.Ordinal);
}
