using System.Text.Json;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Providers;
using OpenClaw.Edge.Security;

namespace OpenClaw.Edge.Gateway.Methods;

/// <summary><c>models.list</c> and <c>models.authStatus</c>: what can be used here. Nobody's products are listed that no key opens.</summary>
internal sealed class ModelMethods(GatewayRuntime runtime)
{
    /// <summary>The methods.</summary>
    public IEnumerable<MethodEntry> Entries() =>
    [
        new("models.list", OperatorScopes.Read,
            "view:=default|configured|all|provider-config agentId:str1 provider:str1 includeDetails:bool includeProviderCapabilities:bool includeDefaultModels:bool "
            + "preparedOnly:bool refresh:bool sessionKey:str1 authProfileId:str1 …",
            ListAsync),
        MethodEntry.Of("models.authStatus", OperatorScopes.Read, "…", AuthStatus),
    ];

    /// <summary>The refusal of a call about an agent that is not there, as the methods about accounts word it; null when it is.</summary>
    public static GatewayError? UnknownAgent(GatewayRuntime runtime, MethodCall call) =>
        call.Text("agentId") is { Length: > 0 } named && !runtime.Agents().TryGet(named, out _)
            ? GatewayError.Invalid($"unknown agent id \"{named}\"", json =>
            {
                json.WriteString("code"u8, "UNKNOWN_AGENT_ID"u8);
                json.WriteString("agentId"u8, named);
            })
            : null;

    private async ValueTask<MethodReply> ListAsync(MethodCall call, CancellationToken cancellationToken)
    {
        ProviderCatalog catalog = runtime.Models.Catalog;
        string? provider = call.Text("provider")?.Trim().ToLowerInvariant();
        if (Refusal(call, catalog, provider) is { } error)
        {
            return MethodReply.Fail(error);
        }

        if (!call.Flag("preparedOnly"))
        {
            await catalog.AskAsync(call.Flag("refresh"), provider, cancellationToken);
        }

        bool configuredOnly = call.Text("view") == "provider-config";
        List<ModelProviderEntry> providers = [];
        foreach (ModelProviderEntry entry in catalog.Providers)
        {
            if ((provider is null || string.Equals(entry.Id, provider, StringComparison.OrdinalIgnoreCase))
                && (!configuredOnly || runtime.Config.Current.Config.Models.Providers.ContainsKey(entry.Id)))
            {
                providers.Add(entry);
            }
        }

        bool session = call.Has("sessionKey");
        bool defaults = call.Has("includeDefaultModels") ? call.Flag("includeDefaultModels") : call.Text("view") == "configured" && !session;
        var look = new ModelLook(
            call.Flag("includeDetails"), configuredOnly, call.Flag("includeProviderCapabilities"),
            call.Connection.Grant is { SelectsModels: true });
        return MethodReply.Object(json =>
        {
            ModelJson.WriteList(json, runtime, call.Text("agentId"), providers, look);
            WriteAnswers(json, catalog, providers);
            if (defaults)
            {
                json.WriteStartObject("defaultModels"u8);
                json.WriteNull("automaticUtilityModel"u8); // no small model is chosen for small work
                json.WriteEndObject();
            }

            if (session && !configuredOnly)
            {
                json.WriteStartObject("accountSelection"u8);
                json.WriteString("kind"u8, "automatic"u8);
                json.WriteString("label"u8, "Automatic account selection"u8);
                json.WriteEndObject();
            }
        });
    }

    // The words are the original's, for its clients match on some of them.
    private GatewayError? Refusal(MethodCall call, ProviderCatalog catalog, string? provider) =>
        (call.Flag("preparedOnly") && call.Flag("refresh")) || (call.Has("sessionKey") && call.Has("authProfileId"))
            ? GatewayError.Invalid("invalid models.list params: must not be valid")
            : call.Has("authProfileId")
                ? new GatewayError(ErrorCodes.Forbidden, "This account action requires a current authorized connection; reconnect and try again.")
                : call.Text("agentId") is { } agent && !runtime.Agents().TryGet(agent, out _)
                    ? GatewayError.Invalid($"unknown agent id \"{agent}\"")
                    : call.Text("sessionKey") is { } key && !SessionTarget.TryParse(key, null, runtime.AgentsOf(call), out _, out _)
                        ? GatewayError.Unavailable("Error: Model catalog is not ready. Retry after Gateway startup or refresh finishes.")
                        : provider is not null && !catalog.Knows(provider)
                            ? GatewayError.Unavailable("Error: Unknown model catalog provider. Use a provider id from the installed plugins or configured providers.")
                            : null;

    // Who has not answered yet, and who could not.
    private static void WriteAnswers(Utf8JsonWriter json, ProviderCatalog catalog, List<ModelProviderEntry> providers)
    {
        List<string> pending = [];
        bool failed = false;
        foreach (ModelProviderEntry entry in providers)
        {
            if (catalog.IsPending(entry))
            {
                pending.Add(entry.Id);
            }

            failed |= catalog.ErrorOf(entry) is not null;
        }

        if (pending.Count > 0)
        {
            json.WriteTexts("pendingProviders"u8, pending);
        }

        if (!failed)
        {
            return;
        }

        json.WriteStartArray("providerOutcomes"u8);
        foreach (ModelProviderEntry entry in providers)
        {
            ProviderException? error = catalog.ErrorOf(entry);
            json.WriteStartObject();
            json.WriteString("provider"u8, entry.Id);
            json.WriteString("status"u8, error switch
            {
                null => "ready"u8,
                { Failure: ProviderFailure.Unauthorized } => "auth-rejected"u8,
                _ => "unavailable"u8,
            });
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    // A server that needs no key has no state of one. Keys come from the configuration or the environment: none is saved from here, and nobody
    // logs in, so that no provider has loginOptions.
    private MethodReply AuthStatus(MethodCall call)
    {
        if (UnknownAgent(runtime, call) is { } error)
        {
            return MethodReply.Fail(error);
        }

        return MethodReply.Object(json =>
        {
            json.WriteNumber("ts"u8, runtime.Time.GetUtcNow().ToUnixTimeMilliseconds());
            json.WriteStartArray("providers"u8);
            foreach (ModelProviderEntry provider in runtime.Models.Catalog.Providers)
            {
                if (provider.KeyOrigin is { } origin)
                {
                    json.WriteStartObject();
                    json.WriteString("provider"u8, provider.Id);
                    json.WriteString("authProvider"u8, provider.Id);
                    json.WriteString("displayName"u8, provider.Id);
                    json.WriteString("status"u8, "static"u8);
                    json.WriteStartArray("profiles"u8);
                    json.WriteEndArray();
                    json.WriteStartObject("apiKey"u8);
                    json.WriteString("source"u8, origin.Length > 0 ? "env"u8 : "config"u8);
                    if (origin.Length > 0)
                    {
                        json.WriteString("envVar"u8, origin);
                    }

                    json.WriteEndObject();
                    json.WriteEndObject();
                }
            }

            json.WriteEndArray();
            json.WriteStartArray("providerCapabilities"u8);
            foreach (ModelProviderEntry provider in runtime.Models.Catalog.Providers)
            {
                json.WriteStartObject();
                json.WriteString("provider"u8, provider.Id);
                json.WriteBoolean("apiKeySupported"u8, false);
                json.WriteBoolean("quickApiKeySetup"u8, false);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        });
    }
}
