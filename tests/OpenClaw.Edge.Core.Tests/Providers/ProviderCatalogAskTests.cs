using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging.Abstractions;
using OpenClaw.Edge.Providers;
using OpenClaw.Edge.TestKit;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Providers;

public sealed class ProviderCatalogAskTests
{
    private readonly Server _one = new("one");
    private readonly Server _two = new("two");
    private readonly ProviderCatalog _catalog;

    public ProviderCatalogAskTests() => _catalog = ProviderCatalog.Of([Entry(_one), Entry(_two)], "one/m", new ManualTimeProvider());

    [Fact]
    public async Task Who_has_not_answered_is_pending_and_who_could_not_is_told_why()
    {
        Assert.All(_catalog.Providers, entry => Assert.True(_catalog.IsPending(entry)));
        _two.Answer.SetException(new ProviderException(ProviderFailure.Unauthorized, "no"));
        Task asking = _catalog.AskAsync(again: false, provider: null, TestContext.Current.CancellationToken);
        await Eventually.HoldsAsync(() => !_catalog.IsPending(Of("two")));
        Assert.True(_catalog.IsPending(Of("one")));
        _one.Answer.SetResult([new ModelInfo { Id = "m", Name = "m", Provider = "one" }]);
        await asking;

        Assert.False(_catalog.IsPending(Of("one")));
        Assert.Null(_catalog.ErrorOf(Of("one")));
        Assert.Equal(ProviderFailure.Unauthorized, _catalog.ErrorOf(Of("two"))?.Failure);
        Assert.Equal("m", Assert.Single(_catalog.ModelsOf(Of("one"))).Id);
        Assert.Empty(_catalog.ModelsOf(Of("two")));
        Assert.True(_catalog.Knows("ONE"));
        Assert.True(_catalog.Knows("openai"));
        Assert.False(_catalog.Knows("nope"));
    }

    [Fact]
    public async Task Who_has_answered_lately_is_asked_again_only_on_demand()
    {
        _one.Answer.SetResult([]);
        _two.Answer.SetResult([]);
        await _catalog.AskAsync(again: false, provider: null, TestContext.Current.CancellationToken);
        (int one, int two) = (_one.Asked, _two.Asked);
        await _catalog.AskAsync(again: false, provider: null, TestContext.Current.CancellationToken);
        Assert.Equal((one, two), (_one.Asked, _two.Asked));
        await _catalog.AskAsync(again: true, provider: "TWO", TestContext.Current.CancellationToken);
        Assert.Equal((one, two + 1), (_one.Asked, _two.Asked));
    }

    [Fact]
    public async Task Nobody_is_asked_twice_for_one_question()
    {
        _one.Answer.SetResult([]);
        _two.Answer.SetResult([]);
        Server place = new("place");
        ProviderCatalog catalog = ProviderCatalog.Of([Entry(_one) with { Local = true }, Entry(_two)], null, new ManualTimeProvider(), places: [Entry(place)]);
        place.Answer.SetException(new ProviderException(ProviderFailure.Unreachable, "nobody there"));
        (int, int, int) Asked() => (_one.Asked, _two.Asked, place.Asked);

        await catalog.AskAsync(again: true, provider: null, TestContext.Current.CancellationToken);
        Assert.Equal((1, 1, 1), Asked());
        await catalog.AskAsync(again: true, provider: "two", TestContext.Current.CancellationToken); // far: nothing near is looked for
        Assert.Equal((1, 2, 1), Asked());
        await catalog.AskAsync(again: true, provider: "one", TestContext.Current.CancellationToken);
        Assert.Equal((2, 2, 1), Asked());
        await catalog.AskAsync(again: true, provider: "place", TestContext.Current.CancellationToken); // it may be there by now
        Assert.Equal((3, 2, 2), Asked());
    }

    [Fact]
    public async Task What_a_question_finds_is_told()
    {
        int told = 0;
        _catalog.Changed = () => told++;
        _one.Answer.SetResult([]);
        _two.Answer.SetResult([]);
        await _catalog.AskAsync(again: true, provider: null, TestContext.Current.CancellationToken);
        Assert.Equal(0, told);
        _two.Answer = new();
        _two.Answer.SetResult([new ModelInfo { Id = "new", Name = "new", Provider = "two" }]);
        await _catalog.AskAsync(again: true, provider: "two", TestContext.Current.CancellationToken);
        Assert.Equal(1, told);
    }

    [Fact]
    public async Task Another_catalogue_is_told_when_it_is_in_use_and_again_when_its_servers_have_answered()
    {
        await using ModelRouter router = new(ProviderCatalog.DemoOnly(new ManualTimeProvider()), new ManualTimeProvider(), NullLoggerFactory.Instance);
        List<ProviderCatalog> told = [];
        router.ModelsChanged = () => told.Add(router.Catalog);
        router.Replace(_catalog);
        Assert.Same(_catalog, Assert.Single(told));
        _one.Answer.SetResult([new ModelInfo { Id = "m", Name = "m", Provider = "one" }]);
        _two.Answer.SetResult([]);
        await _catalog.AskAsync(again: false, provider: null, TestContext.Current.CancellationToken);
        Assert.Equal(2, told.Count);
    }

    private ModelProviderEntry Of(string id) => _catalog.Providers.Single(entry => entry.Id == id);

    private static ModelProviderEntry Entry(Server server) => new() { Id = server.Id, Api = "openai-completions", BaseUri = new Uri("http://127.0.0.1:1/"), Provider = server };

    private sealed class Server(string id) : IModelProvider
    {
        private int _asked;

        public string Id => id;

        public int Asked => Volatile.Read(ref _asked);

        public TaskCompletionSource<IReadOnlyList<ModelInfo>> Answer { get; set; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public async IAsyncEnumerable<ChatDelta> StreamAsync(ModelRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await Task.CompletedTask;
            yield break;
        }

        public Task<IReadOnlyList<ModelInfo>> ListModelsAsync(CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _asked);
            return Answer.Task.WaitAsync(cancellationToken);
        }
    }
}
