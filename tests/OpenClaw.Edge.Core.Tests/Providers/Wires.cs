using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Providers;
using OpenClaw.Edge.TestKit.Models;

namespace OpenClaw.Edge.Core.Tests.Providers;

/// <summary>A scripted server with a catalogue and a router of its own over one wire.</summary>
internal sealed class Wires : IAsyncDisposable
{
    private readonly ProviderHttp _http = new();

    public Wires(string api, TimeProvider? clock = null, int? timeoutSeconds = null, Func<ModelProviderConfig, ModelProviderConfig>? shape = null)
    {
        string path = api.StartsWith("openai", StringComparison.Ordinal) ? "v1" : "";
        ModelProviderConfig config = new() { BaseUrl = new Uri(Server.BaseUri, path).AbsoluteUri, Api = api, TimeoutSeconds = timeoutSeconds };
        Config = new EdgeConfig
        {
            Models = new ModelsConfig
            {
                Mode = "replace",
                Providers = new Dictionary<string, ModelProviderConfig> { ["box"] = shape?.Invoke(config) ?? config },
            },
        };
        Catalog = ProviderCatalog.Create(Config, ProcessEnvironment.Empty, _http, clock ?? TimeProvider.System, NullLoggerFactory.Instance);
        Router = new ModelRouter(Catalog, clock ?? TimeProvider.System, NullLoggerFactory.Instance);
    }

    public ScriptedModelServer Server { get; } = ScriptedModelServer.Start();

    public EdgeConfig Config { get; }

    public ProviderCatalog Catalog { get; }

    public ModelRouter Router { get; }

    public static ModelRequest Ask(string text, params IReadOnlyList<ToolSpec> tools) => new()
    {
        Model = "",
        System = "Be brief.",
        Messages = [new PromptMessage { Role = PromptRole.User, Text = text }],
        Tools = tools,
    };

    public static ToolSpec Tool(string name) => new(name, "A tool.", """{"type":"object","properties":{"path":{"type":"string"}}}"""u8.ToArray());

    public Task<Heard> SayAsync(string text, params IReadOnlyList<ToolSpec> tools) => HearAsync(Router, ModelChoice.Only("box/scripted:8b"), Ask(text, tools));

    public static async Task<Heard> HearAsync(ModelRouter router, ModelChoice choice, ModelRequest request, CancellationToken cancellationToken = default)
    {
        var text = new StringBuilder();
        var thinking = new StringBuilder();
        List<ToolCall> calls = [];
        List<ModelProgress> progress = [];
        ModelFinish? finish = null;
        await foreach (ChatDelta delta in router.StreamAsync(choice, request, cancellationToken))
        {
            _ = delta.Kind switch
            {
                ChatDeltaKind.Text => text.Append(Encoding.UTF8.GetString(delta.Utf8.Span)),
                ChatDeltaKind.Thinking => thinking.Append(Encoding.UTF8.GetString(delta.Utf8.Span)),
                _ => text,
            };
            if (delta.ToolCall is { } call)
            {
                calls.Add(call);
            }

            if (delta.Progress is { } step)
            {
                progress.Add(step);
            }

            finish = delta.Finish ?? finish;
        }

        return new Heard(text.ToString(), thinking.ToString(), calls, progress, finish!);
    }

    public async ValueTask DisposeAsync()
    {
        await Router.DisposeAsync();
        _http.Dispose();
        await Server.DisposeAsync();
    }
}

internal sealed record Heard(string Text, string Thinking, IReadOnlyList<ToolCall> Calls, IReadOnlyList<ModelProgress> Progress, ModelFinish Finish);
