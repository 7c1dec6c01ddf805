using System.Text.Json;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Providers;
using OpenClaw.Edge.TestKit;
using OpenClaw.Edge.TestKit.Models;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Providers;

public sealed class LmStudioTests
{
    [Fact]
    public async Task The_native_list_tells_what_is_loaded_and_with_which_window()
    {
        await using Wires wires = Studio(
            new ScriptedModel("qwen3-4b") { Loaded = true, LoadedContext = 16384 },
            new ScriptedModel("cold-8b") { MaxContext = 4096 },
            new ScriptedModel("cold-30b") { MaxContext = 262144 });
        ModelInfo[] models = [.. await wires.Catalog.ListModelsAsync(CancellationToken.None)];
        Assert.Equal(
            ["box/qwen3-4b True 16384", "box/cold-8b False 4096", "box/cold-30b False 8192"],
            models.Select(model => $"{model.Ref} {model.Loaded} {model.ContextWindow}"));
    }

    [Fact]
    public async Task Before_version_04_the_old_list_tells_the_same()
    {
        await using Wires wires = Studio(
            new ScriptedModel("warm") { Loaded = true, LoadedContext = 16384, Capabilities = ["completion", "vision"] },
            new ScriptedModel("embed") { Capabilities = ["embedding"] });
        wires.Server.MissingPaths.Add("/api/v1/models");
        ModelInfo[] models = [.. await wires.Catalog.ListModelsAsync(CancellationToken.None)];
        Assert.Equal(["warm True True False", "embed False False True"],
            models.Select(model => $"{model.Id} {model.Loaded} {model.Vision} {model.Embedding}"));
        Assert.Equal(16384, models[0].ContextWindow);
    }

    [Theory]
    [InlineData("/api/v1/models")]
    [InlineData("/api/v0/models")]
    public async Task An_embeddings_model_is_never_chosen_even_when_it_alone_is_loaded(string list)
    {
        await using Wires wires = Studio(
            new ScriptedModel("nomic-embed") { Capabilities = ["embedding"], Loaded = true },
            new ScriptedModel("cold-8b"),
            new ScriptedModel("cold-30b"));
        wires.Server.MissingPaths.Add(list == "/api/v1/models" ? "/api/v0/models" : "/api/v1/models");
        await wires.Catalog.LookAsync(TimeSpan.Zero, CancellationToken.None);
        Assert.Equal("box/cold-8b", wires.Catalog.DefaultModelRef);
    }

    [Fact]
    public async Task With_embeddings_models_only_the_demo_answers()
    {
        await using Wires wires = Studio(new ScriptedModel("nomic-embed") { Capabilities = ["embedding"], Loaded = true });
        await wires.Catalog.LookAsync(TimeSpan.Zero, CancellationToken.None);
        Assert.Equal("demo/assistant", wires.Catalog.DefaultModelRef);
    }

    [Fact]
    public async Task A_loaded_chat_model_is_the_default_before_one_that_would_have_to_be_loaded()
    {
        await using Wires wires = Studio(
            new ScriptedModel("nomic-embed") { Capabilities = ["embedding"], Loaded = true },
            new ScriptedModel("cold-8b"),
            new ScriptedModel("warm-3b") { Loaded = true });
        await wires.Catalog.LookAsync(TimeSpan.Zero, CancellationToken.None);
        Assert.Equal("box/warm-3b", wires.Catalog.DefaultModelRef);
    }

    [Fact]
    public async Task A_model_that_is_not_loaded_is_left_to_just_in_time_loading()
    {
        await using Wires wires = Studio(new ScriptedModel("cold-8b"));
        await HearAsync(wires, "cold-8b");
        Assert.Equal("cold-8b", ModelAsked(await wires.Server.NextChatRequestAsync()));
        Assert.DoesNotContain(wires.Server.Requests, request => request.Path == "/api/v1/models/load");
    }

    [Fact]
    public async Task The_person_hears_that_a_cold_model_is_loading()
    {
        ManualTimeProvider clock = new();
        await using var wires = new Wires("lmstudio", clock);
        wires.Server.Models = [new ScriptedModel("cold-8b")];
        TaskCompletionSource loaded = new();
        wires.Server.Enqueue(ModelAnswer.Say("here") with { HoldHead = loaded.Task });
        await using IAsyncEnumerator<ChatDelta> deltas = wires.Router
            .StreamAsync(ModelChoice.Only("box/cold-8b"), Wires.Ask("hi"), CancellationToken.None).GetAsyncEnumerator();
        Task<bool> first = deltas.MoveNextAsync().AsTask();
        await wires.Server.NextChatRequestAsync();
        await clock.WaitForTimersAsync(2); // the patience for the first byte, and ours
        clock.Advance(AnswerStream.ProgressAfter);
        Assert.True(await Guard.Within(first));
        Assert.Equal("loading model cold-8b…", deltas.Current.Progress?.Text);
        loaded.SetResult();
        Assert.True(await Guard.Within(deltas.MoveNextAsync().AsTask()));
        Assert.Equal(ChatDeltaKind.Text, deltas.Current.Kind);
    }

    [Theory]
    [InlineData(null, "qwen:3")] // no wish: the largest
    [InlineData(8192, "qwen:2")] // the smallest that is large enough
    [InlineData(4096, "qwen")]
    [InlineData(32768, "qwen:3")]
    public async Task The_copy_that_fits_the_wished_window_is_called(int? wish, string copy)
    {
        await using Wires wires = Studio(Wish("qwen", wish), new ScriptedModel("qwen") { Copies = [4096, 8192, 32768] });
        await HearAsync(wires, "qwen");
        Assert.Equal(copy, ModelAsked(await wires.Server.NextChatRequestAsync()));
    }

    [Fact]
    public async Task A_window_that_no_copy_has_is_loaded_first_and_that_copy_is_called()
    {
        await using Wires wires = Studio(Wish("qwen", 65536), new ScriptedModel("qwen") { Copies = [4096] });
        await HearAsync(wires, "qwen");
        ScriptedRequest load = wires.Server.Requests.Single(request => request.Path == "/api/v1/models/load");
        Assert.Equal("""{"model":"qwen","context_length":65536}""", load.BodyText);
        Assert.Equal("qwen:2", ModelAsked(await wires.Server.NextChatRequestAsync()));
        await HearAsync(wires, "qwen");
        Assert.Single(wires.Server.Requests, request => request.Path == "/api/v1/models/load");
    }

    [Fact]
    public async Task A_build_that_can_not_be_told_to_load_gets_the_plain_name()
    {
        await using Wires wires = Studio(Wish("qwen", 65536), new ScriptedModel("qwen"));
        wires.Server.MissingPaths.Add("/api/v1/models/load");
        await HearAsync(wires, "qwen");
        Assert.Equal("qwen", ModelAsked(await wires.Server.NextChatRequestAsync()));
    }

    [Fact]
    public async Task A_wish_beyond_what_the_model_has_is_cut_to_it()
    {
        await using Wires wires = Studio(Wish("qwen", 1_000_000), new ScriptedModel("qwen") { MaxContext = 40960 });
        await HearAsync(wires, "qwen");
        Assert.Contains(wires.Server.Requests, request => request.BodyText == """{"model":"qwen","context_length":40960}""");
    }

    private static Wires Studio(params IReadOnlyList<ScriptedModel> models) => Studio(config => config, models);

    private static Wires Studio(Func<ModelProviderConfig, ModelProviderConfig> shape, params IReadOnlyList<ScriptedModel> models)
    {
        Wires wires = new("lmstudio", shape: shape);
        wires.Server.Models = models;
        return wires;
    }

    private static Func<ModelProviderConfig, ModelProviderConfig> Wish(string model, int? window) => config =>
        config with { Models = [new ModelConfig { Id = model, ContextTokens = window ?? 0 }] };

    private static Task<Heard> HearAsync(Wires wires, string model) =>
        Wires.HearAsync(wires.Router, ModelChoice.Only($"box/{model}"), Wires.Ask("hi"));

    private static string? ModelAsked(ScriptedRequest request)
    {
        using JsonDocument body = JsonDocument.Parse(request.BodyText);
        return body.RootElement.GetProperty("model").GetString();
    }
}
