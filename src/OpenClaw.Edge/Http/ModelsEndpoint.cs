using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using OpenClaw.Edge.Providers;

namespace OpenClaw.Edge.Http;

/// <summary><c>GET /v1/models</c> and <c>/v1/models/{id}</c>: the agents first, then every model of every server.
/// Thread-safe. Source: docs/http-api.md, models.</summary>
internal sealed class ModelsEndpoint(HttpFrontParts parts)
{
    private const string Prefix = "/v1/models/";

    // A server that is off must not hold up the list of the others; its last good list stands in.
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(3);

    /// <summary>Answers an admitted request.</summary>
    public async Task AnswerAsync(HttpContext context)
    {
        string? id = IdOf(context);
        List<(string Id, string Owner)> all = Agents();
        if (id is not null && all.FirstOrDefault(entry => entry.Id == id) is { Id: not null } agent)
        {
            await HttpAnswer.JsonAsync(context, StatusCodes.Status200OK, agent, WriteModel);
            return;
        }

        all.AddRange((await ModelsAsync(context.RequestAborted)).Select(model => (model.Ref, model.Provider)));
        if (id is null)
        {
            await HttpAnswer.JsonAsync(context, StatusCodes.Status200OK, all, WriteList);
        }
        else if (all.FirstOrDefault(entry => entry.Id == id) is { Id: not null } model)
        {
            await HttpAnswer.JsonAsync(context, StatusCodes.Status200OK, model, WriteModel);
        }
        else if (id.Length == 0 || id.Any(char.IsControl))
        {
            await HttpAnswer.ErrorAsync(context, 400, "invalid_request_error", "Invalid model id.");
        }
        else
        {
            await HttpAnswer.ErrorAsync(
                context,
                StatusCodes.Status404NotFound,
                "invalid_request_error",
                $"The model '{id}' does not exist. GET /v1/models lists what there is.",
                "model_not_found");
        }
    }

    private List<(string Id, string Owner)> Agents()
    {
        List<(string, string)> entries = [("openclaw", "openclaw"), ("openclaw/default", "openclaw")];
        entries.AddRange(parts.Agents().All.Select(agent => ($"openclaw/{agent.Id}", "openclaw")));
        return entries;
    }

    private async Task<IReadOnlyList<ModelInfo>> ModelsAsync(CancellationToken cancellationToken)
    {
        using CancellationTokenSource deadline = new(MaxWait, parts.Clock);
        using CancellationTokenSource either =
            CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            return await parts.Models.Catalog.ListModelsAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return [];
        }
    }

    // From the raw target: Kestrel decodes a path but for %2F, so decoding its result again would decode %252F twice.
    private static string? IdOf(HttpContext context)
    {
        string target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        int query = target.IndexOf('?', StringComparison.Ordinal);
        string path = query < 0 ? target : target[..query];
        return path.StartsWith(Prefix, StringComparison.Ordinal) ? Uri.UnescapeDataString(path[Prefix.Length..]) : null;
    }

    private static void WriteList(Utf8JsonWriter json, List<(string Id, string Owner)> entries)
    {
        json.WriteStartObject();
        json.WriteString("object"u8, "list"u8);
        json.WriteStartArray("data"u8);
        foreach ((string, string) entry in entries)
        {
            WriteModel(json, entry);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteModel(Utf8JsonWriter json, (string Id, string Owner) entry)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, entry.Id);
        json.WriteString("object"u8, "model"u8);
        json.WriteNumber("created"u8, 0);
        json.WriteString("owned_by"u8, entry.Owner);
        json.WriteStartArray("permission"u8);
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
