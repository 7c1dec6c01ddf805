using System.Diagnostics.CodeAnalysis;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Providers;
using OpenClaw.Edge.Security;

namespace OpenClaw.Edge.Gateway.Methods;

/// <summary><c>models.probe</c>: one short question to a provider's model, in its turn behind what else waits for it.</summary>
internal sealed class ModelProbe(GatewayRuntime runtime)
{
    private const int MaxTokens = 8; // this and the times are the original's
    private const long UsualMs = 20_000;

    /// <summary>The method.</summary>
    public IEnumerable<MethodEntry> Entries() =>
        [new("models.probe", OperatorScopes.Admin, "provider!:str1 profileId:str1 agentId:str1 timeoutMs:int", RunAsync)];

    private async ValueTask<MethodReply> RunAsync(MethodCall call, CancellationToken cancellationToken)
    {
        string provider = call.Text("provider")!.Trim().ToLowerInvariant();
        if (provider.Length == 0 || call.Text("profileId") is { } blank && string.IsNullOrWhiteSpace(blank))
        {
            return MethodReply.Invalid("provider and profileId must not be blank");
        }

        if (ModelMethods.UnknownAgent(runtime, call) is { } unknown)
        {
            return MethodReply.Fail(unknown);
        }

        // Nothing is saved under a profile here: one that is named is none of ours.
        if (call.Has("profileId") || !TryFind(provider, out ModelProviderEntry? entry))
        {
            return MethodReply.Object(json =>
            {
                json.WriteString("provider"u8, provider);
                json.WriteString("status"u8, "unknown"u8);
                json.WriteString("error"u8, "No probe targets are available for this provider."u8);
                json.WriteStartArray("results"u8);
                json.WriteEndArray();
            });
        }

        TimeSpan limit = TimeSpan.FromMilliseconds(Math.Clamp(call.Number("timeoutMs") ?? UsualMs, 5_000, 60_000));
        string? model = ModelOf(entry);
        long began = runtime.Time.GetTimestamp();
        (string status, bool waited) = model is null ? ("no_model", false) : await AskAsync(runtime.Models, runtime.Time, model, limit, cancellationToken);
        long elapsed = (long)runtime.Time.GetElapsedTime(began).TotalMilliseconds;
        string owner = entry.KeyOrigin switch
        {
            null => "Provider configuration",
            "" => "Configured credential",
            string name => $"Environment credential ({name})",
        };
        return MethodReply.Object(json =>
        {
            WriteHead();
            json.WriteStartArray("results"u8);
            json.WriteStartObject();
            json.WriteString("label"u8, model is null ? owner : $"{owner} · {model}");
            WriteStatus(model is null ? "No model is available for this provider. Configure a model, then retry." : Words(status, waited));
            json.WriteEndObject();
            json.WriteEndArray();

            void WriteHead()
            {
                json.WriteString("provider"u8, provider);
                WriteStatus(Words(status, waited));
            }

            void WriteStatus(string? words)
            {
                json.WriteString("status"u8, status);
                if (model is not null)
                {
                    json.WriteNumber("latencyMs"u8, elapsed);
                }

                if (words is not null)
                {
                    json.WriteString("error"u8, words);
                }
            }
        });
    }

    private bool TryFind(string provider, [NotNullWhen(true)] out ModelProviderEntry? found)
    {
        found = null;
        foreach (ModelProviderEntry entry in runtime.Models.Catalog.Providers)
        {
            found ??= string.Equals(entry.Id, provider, StringComparison.OrdinalIgnoreCase) ? entry : null;
        }

        return found is not null;
    }

    // The model that turns would use, else the first one that talks.
    private string? ModelOf(ModelProviderEntry entry)
    {
        ProviderCatalog catalog = runtime.Models.Catalog;
        ModelChoiceConfig wanted = runtime.Config.Current.Config.Agents.Defaults.Model;
        List<string> candidates = [.. wanted.Fallbacks];
        if (wanted.Primary is { } primary)
        {
            candidates.Insert(0, primary);
        }

        foreach (string candidate in candidates)
        {
            if (catalog.TryResolve(candidate, out ModelProviderEntry? owner, out string? id) && owner == entry)
            {
                return $"{entry.Id}/{id}";
            }
        }

        foreach (ModelInfo info in catalog.ModelsOf(entry))
        {
            if (!info.Embedding)
            {
                return info.Ref;
            }
        }

        return null;
    }

    /// <summary>Asks; answers the wire's status, and whether no more was heard than the place in the queue.</summary>
    internal static async Task<(string Status, bool Waited)> AskAsync(
        ModelRouter models, TimeProvider time, string model, TimeSpan limit, CancellationToken cancellationToken)
    {
        var request = new ModelRequest
        {
            Model = model,
            Messages = [new PromptMessage { Role = PromptRole.User, Text = "Reply with OK." }],
            Sampling = new SamplingOptions { MaxTokens = MaxTokens },
            QueueKey = "models.probe",
        };
        using var deadline = new CancellationTokenSource(limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        bool waits = false;
        try
        {
            await foreach (ChatDelta delta in models.StreamAsync(ModelChoice.Only(model), request, either.Token))
            {
                waits = delta.Progress?.Phase == "queued"; // else that it comes to its end is what is asked
            }

            return ("ok", false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return ("timeout", waits);
        }
        catch (ProviderException failed)
        {
            string status = failed.Billing ? "billing" : failed.Failure switch
            {
                ProviderFailure.Unauthorized => "auth",
                ProviderFailure.RateLimited => "rate_limit",
                ProviderFailure.Stalled => "timeout",
                ProviderFailure.BadRequest or ProviderFailure.ModelNotFound or ProviderFailure.ContextOverflow => "format",
                _ => "unknown",
            };
            return (status, false);
        }
    }

    /// <summary>A status in words; null for the good one.</summary>
    internal static string? Words(string status, bool waited) => status switch
    {
        "ok" => null,
        "auth" => "Authentication failed.",
        "rate_limit" => "The provider rate limit was reached.",
        "billing" => "The provider reported a billing problem.",
        "timeout" when waited => "The model was busy with other turns, or silent, until the time was up.",
        "timeout" => "The connection timed out.",
        "format" => "The provider rejected the model or request format.",
        "no_model" => "No model is available for this provider.",
        _ => "The connection probe failed.",
    };
}
