using System.Text.Json;
using OpenClaw.Edge.Protocol.Gateway;

namespace OpenClaw.Edge.Gateway;

/// <summary>The event <c>models.snapshot</c>, for a page that asked for it when it connected. Source: docs/protocol.md, handshake.</summary>
internal sealed partial class GatewayConnection
{
    private static readonly JsonElement s_configured = ParseConfigured();

    /// <summary>Tells the models, under the same rules as <c>models.list</c>. A page that does not get the event asks by itself.</summary>
    private async Task TellModelsAsync(ModelCatalogWish wish)
    {
        if (!_host.Methods.TryGet("models.list", out MethodEntry? list) || !Grant!.Scopes.Allows(list.Scope) || !TryBegin())
        {
            return;
        }

        try
        {
            if (await ScopeOfAsync(wish) is not { } scope)
            {
                return;
            }

            MethodReply reply = await list.Run(new MethodCall(this, $"catalog:{Id}", list.Name, s_configured), _stopping.Token);
            if (reply.Payload is { } catalog)
            {
                Send(FrameWriter.Event("models.snapshot", json =>
                {
                    json.WriteStartObject();
                    WriteWish(json, "target", wish);
                    WriteWish(json, "scope", scope);
                    json.WritePropertyName("catalog"u8);
                    catalog(json);
                    json.WriteEndObject();
                }));
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException || MethodErrors.From(exception) is not null)
        {
            // nobody is there any more, or the models cannot be listed now: models.list would say so
        }
        finally
        {
            End();
        }
    }

    private async ValueTask<ModelCatalogWish?> ScopeOfAsync(ModelCatalogWish wish)
    {
        if (wish.ShortId is null)
        {
            return wish.SessionKey is null ? wish with { AgentId = _host.AgentOf(wish.AgentId) } : wish;
        }

        if (!_host.Methods.TryGet("sessions.resolve", out MethodEntry? resolve))
        {
            return null;
        }

        JsonElement parameters = Parse(FrameWriter.Value(json =>
        {
            json.WriteStartObject();
            json.WriteString("shortId"u8, wish.ShortId);
            json.WriteEndObject();
        }));
        MethodReply reply = await resolve.Run(new MethodCall(this, $"catalog-session:{Id}", resolve.Name, parameters), _stopping.Token);
        if (reply.Payload is not { } found)
        {
            return null;
        }

        JsonElement session = Parse(FrameWriter.Value(found));
        return new ModelCatalogWish(session.GetProperty("agentId").GetString(), session.GetProperty("key").GetString(), null, null);
    }

    private static void WriteWish(Utf8JsonWriter json, string name, ModelCatalogWish wish)
    {
        json.WriteStartObject(name);
        PairingJson.WriteOptional(json, "agentId", wish.AgentId);
        PairingJson.WriteOptional(json, "sessionKey", wish.SessionKey);
        PairingJson.WriteOptional(json, "shortId", wish.ShortId);
        PairingJson.WriteOptional(json, "slugHint", wish.SlugHint);
        json.WriteEndObject();
    }

    private static JsonElement ParseConfigured() => Parse("""{"view":"configured"}"""u8.ToArray());

    private static JsonElement Parse(byte[] utf8)
    {
        var json = new Utf8JsonReader(utf8);
        return JsonElement.ParseValue(ref json);
    }
}
