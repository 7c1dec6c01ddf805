using System.CommandLine;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using OpenClaw.Edge.Providers;

namespace OpenClaw.Edge.Cli.Commands;

/// <summary><c>openclaw models scan</c>: which model servers answer now, and with what. The gateway looks, if one runs:
/// it may be where the servers are. Else we look from here.</summary>
internal static class ModelsScanCommand
{
    public static Command Create(CliOptions shared, CliWorld world) =>
        new Command("scan", "Look for model servers and their models").Does(shared, world, RunAsync);

    private static async Task<int> RunAsync(CliContext context, CancellationToken cancellationToken)
    {
        string source = "gateway";
        List<FoundModel> models;
        try
        {
            await using GatewayClient client = await context.ConnectAsync(GatewayScopes.Read, cancellationToken);
            models = [.. (await ModelRow.ListAsync(client, context, "all", cancellationToken))
                .Where(row => row.Available != false && row.Provider != DemoProvider.ProviderId)
                .Select(row => new FoundModel(row.Provider, row.Key, row.Row.Number("contextWindow"), row.Local, Embedding: false))];
        }
        catch (CliException e) when (e.Exit == ExitCode.Unreachable && context.Target.Local)
        {
            source = "this machine";
            models = await LookAsync(context, cancellationToken);
        }

        if (context.Json)
        {
            context.Print(writer => Write(writer, source, models));
        }
        else
        {
            Say(context, source, models);
        }

        return (int)ExitCode.Ok;
    }

    private static async Task<List<FoundModel>> LookAsync(CliContext context, CancellationToken cancellationToken)
    {
        using ProviderHttp http = new();
        ProviderCatalog catalog = ProviderCatalog.Create(
            context.Config.Config, context.Config.Environment, http, context.Clock, NullLoggerFactory.Instance);
        using CancellationTokenSource deadline = new(context.Timeout, context.Clock);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        IReadOnlyList<ModelInfo> models = await catalog.ListModelsAsync(either.Token);
        return [.. models
            .Where(model => model.Provider != DemoProvider.ProviderId) // no server
            .Select(model => new FoundModel(model.Provider, model.Ref, model.ContextWindow, model.Local, model.Embedding))];
    }

    private static void Write(Utf8JsonWriter writer, string source, List<FoundModel> models)
    {
        writer.WriteStartObject();
        writer.WriteString("source"u8, source);
        writer.WriteNumber("count"u8, models.Count);
        writer.WriteStartArray("models"u8);
        foreach (FoundModel model in models)
        {
            writer.WriteStartObject();
            writer.WriteString("key"u8, model.Key);
            writer.WriteString("provider"u8, model.Provider);
            if (model.ContextWindow is { } window)
            {
                writer.WriteNumber("contextWindow"u8, window);
            }

            writer.WriteBoolean("local"u8, model.Local);
            if (model.Embedding)
            {
                writer.WriteBoolean("embedding"u8, true);
            }

            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void Say(CliContext context, string source, List<FoundModel> models)
    {
        if (models.Count == 0)
        {
            context.Say("no model server answers with a model; start one: 'ollama serve' and 'ollama pull qwen3:4b', or 'lms server start --port 1234'");
            return;
        }

        TextTable table = new("MODEL", "CONTEXT", "WHERE", "FOR");
        foreach (FoundModel model in models)
        {
            table.Add(model.Key, HumanText.Count(model.ContextWindow), model.Local ? "local" : "network", model.Embedding ? "embeddings" : "chat");
        }

        table.Write(context.Terminal.Out, context.Paint, context.TableWidth);
        context.Note(models.Find(model => !model.Embedding) is { } chat
            ? $"seen from {source}; choose one with 'openclaw models set {chat.Key}'"
            : $"seen from {source}; none of them can chat: get one, such as 'ollama pull qwen3:4b'");
    }

    private sealed record FoundModel(string Provider, string Key, long? ContextWindow, bool Local, bool Embedding);
}
