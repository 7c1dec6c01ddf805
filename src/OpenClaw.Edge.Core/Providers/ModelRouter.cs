using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using OpenClaw.Edge.Diagnostics;

namespace OpenClaw.Edge.Providers;

/// <summary>Sends a model call to the right server: the primary, or along the fallbacks when it is down; queues calls to
/// one local model fairly; watches health in the background. Thread-safe.</summary>
public sealed partial class ModelRouter : IAsyncDisposable
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(5); // a person who just started Ollama does not wait longer

    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly CooldownBoard _cooldowns;
    private readonly ConcurrentDictionary<string, FairQueue> _queues = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stopping = new();
    private Task _watching = Task.CompletedTask;
    private volatile ProviderCatalog _catalog;

    /// <summary>Makes a router over a catalogue; nothing runs before <see cref="Start"/>.</summary>
    public ModelRouter(ProviderCatalog catalog, TimeProvider clock, ILoggerFactory loggers)
    {
        _catalog = catalog;
        catalog.Changed = () => ModelsChanged();
        _clock = clock;
        _cooldowns = new CooldownBoard(clock);
        Counters = new ProviderCounters(clock);
        _logger = loggers.CreateLogger("OpenClaw.Edge.Providers.ModelRouter");
    }

    /// <summary>The catalogue in use.</summary>
    public ProviderCatalog Catalog => _catalog;

    /// <summary>What the calls came to, by provider.</summary>
    public ProviderCounters Counters { get; }

    /// <summary>Whether at least one model can be called, for readiness. Never blocks.</summary>
    public bool AnyReachable
    {
        get
        {
            ProviderCatalog catalog = _catalog;
            return catalog.Providers.Any(entry => catalog.Reachable(entry) == true);
        }
    }

    /// <summary>How many of a local model's configured slots may be used now; all of them unless somebody says otherwise.</summary>
    public Func<int, int> LocalSlots { get; init; } = static configured => configured;

    /// <summary>Called when servers have other models than before, and when another catalogue is in use; set by the gateway.</summary>
    public Action ModelsChanged { get; set; } = static () => { };

    /// <summary>Health of the models that were called.</summary>
    public IReadOnlyList<ModelHealth> Health => _cooldowns.Health;

    /// <summary>Uses another catalogue from the next call on; calls under way end with the old one. Cool-downs start anew,
    /// because the configuration may be what was wrong.</summary>
    public void Replace(ProviderCatalog catalog)
    {
        catalog.Changed = () => ModelsChanged();
        _catalog = catalog;
        _queues.Clear();
        foreach (ModelHealth health in _cooldowns.Health)
        {
            _cooldowns.Release(health.Ref);
        }

        _wake.TrySetResult();
        catalog.Compare(); // what its servers name later is new to those who hear of it now
        ModelsChanged();
    }

    /// <summary>Streams an answer. Ends with exactly one <see cref="ChatDeltaKind.Finish"/>, or throws
    /// <see cref="ProviderException"/> whose message names every server that was tried. Never falls over to another model
    /// once text, reasoning or a tool call was handed out.</summary>
    public async IAsyncEnumerable<ChatDelta> StreamAsync(
        ModelChoice choice,
        ModelRequest request,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ProviderCatalog catalog = _catalog;
        List<RouteStep> steps = await PlanAsync(catalog, choice, cancellationToken);
        List<ProviderException> failures = [];
        for (int i = 0; i < steps.Count; i++)
        {
            RouteStep step = steps[i];
            if (failures.Count > 0)
            {
                yield return ChatDelta.Of(new ModelProgress(
                    "failover", $"{failures[^1].Message}; trying {step.Ref}", step.Entry.Id, step.Model));
            }

            using QueuePlace? place = Enter(step, request.QueueKey, out bool full);
            if (full)
            {
                failures.Add(QueueFull(step));
                if (choice.Strict || i == steps.Count - 1)
                {
                    throw Together(failures);
                }

                NoteFailover(step, steps[i + 1], failures[^1].Failure);
                continue;
            }

            while (place is not null)
            {
                (bool granted, int before, Task changed) = place.State;
                if (granted)
                {
                    break;
                }

                yield return ChatDelta.Of(new ModelProgress(
                    "queued", $"waits for {step.Model}", step.Entry.Id, step.Model, before + 1));
                await changed.WaitAsync(cancellationToken);
            }

            using CallMeter meter = Counters.Begin(step.Entry.Id, step.Model);
            await using IAsyncEnumerator<ChatDelta> deltas = step.Entry.Provider
                .StreamAsync(request with { Model = step.Model }, cancellationToken).GetAsyncEnumerator(cancellationToken);
            ProviderException? failure = null;
            bool shown = false;
            bool finished = false;
            while (true)
            {
                try
                {
                    if (!await deltas.MoveNextAsync())
                    {
                        break;
                    }
                }
                catch (ProviderException e)
                {
                    failure = e;
                    break;
                }

                ChatDelta delta = deltas.Current;
                meter.Note(delta);
                shown |= delta.Kind is not (ChatDeltaKind.Progress or ChatDeltaKind.Finish);
                if (delta.Kind == ChatDeltaKind.Finish)
                {
                    finished = true;
                    _cooldowns.Succeeded(step.Ref);
                }

                yield return delta;
            }

            if (finished)
            {
                yield break;
            }

            failure ??= new ProviderException(ProviderFailure.Malformed, $"{step.Ref} ended without a finish; this is a bug");
            meter.Failed(failure.Failure);
            if (MayHelp(failure))
            {
                _cooldowns.Failed(step.Ref, failure);
            }

            failures.Add(failure);
            bool last = shown || choice.Strict || !MayHelp(failure) || i == steps.Count - 1;
            if (last)
            {
                throw Together(failures);
            }

            NoteFailover(step, steps[i + 1], failure.Failure);
        }
    }

    /// <summary>The models to try, in order: those that are in use before those that cool down.</summary>
    private async Task<List<RouteStep>> PlanAsync(ProviderCatalog catalog, ModelChoice choice, CancellationToken cancellationToken)
    {
        if (choice.Primary is null && catalog.DefaultIsFound)
        {
            await catalog.LookAsync(catalog.DefaultModelRef == DemoProvider.ModelRef ? LookAgain : TimeSpan.MaxValue, cancellationToken);
        }

        string primary = choice.Primary ?? catalog.DefaultModelRef ?? DemoProvider.ModelRef;
        List<RouteStep> steps = [];
        foreach (string modelRef in choice.Strict ? [primary] : (IEnumerable<string>)[primary, .. choice.Fallbacks])
        {
            if (!catalog.TryResolve(modelRef, out ModelProviderEntry? entry, out string? model))
            {
                await catalog.LookAsync(LookAgain, cancellationToken); // a bare id may be known only now
                catalog.TryResolve(modelRef, out entry, out model);
            }

            if (entry is not null && model is not null && steps.All(step => step.Entry != entry || step.Model != model))
            {
                steps.Add(new RouteStep(entry, model));
            }
            else if (entry is null && (choice.Strict || choice.Fallbacks.Count == 0))
            {
                throw new ProviderException(
                    ProviderFailure.ModelNotFound, $"no configured or found provider serves '{modelRef}'; run: openclaw models list");
            }
        }

        if (steps.Count == 0)
        {
            throw new ProviderException(
                ProviderFailure.ModelNotFound, $"neither '{primary}' nor its fallbacks are served by a provider; run: openclaw models list");
        }

        List<RouteStep> ready = steps.FindAll(step => _cooldowns.Remaining(step.Ref) == TimeSpan.Zero);
        if (ready.Count == 0 && steps.TrueForAll(step => _cooldowns.ServerAsked(step.Ref)))
        {
            TimeSpan wait = steps.Min(step => _cooldowns.Remaining(step.Ref));
            throw new ProviderException(
                ProviderFailure.RateLimited,
                $"{string.Join(" and ", steps.Select(step => step.Ref))} asked to be left alone for another {Math.Ceiling(wait.TotalSeconds):0} s",
                wait);
        }

        // With nobody ready, a server that may be back is better than an error; with somebody ready, the rest are last resorts.
        ready.AddRange(steps.Where(step => !ready.Contains(step) && !_cooldowns.ServerAsked(step.Ref)));
        return ready;
    }

    /// <summary>Takes a place in the model's line; null when it is full, or when the model has none.</summary>
    private QueuePlace? Enter(RouteStep step, string key, out bool full)
    {
        full = false;
        if (step.Entry.MaxConcurrent <= 0)
        {
            return null;
        }

        FairQueue queue = _queues.GetOrAdd(
            step.Ref,
            static (_, asked) => new FairQueue(() => asked.Entry.Local ? asked.Slots(asked.Entry.MaxConcurrent) : asked.Entry.MaxConcurrent),
            (step.Entry, Slots: LocalSlots));
        QueuePlace? place = queue.Enter(key);
        full = place is null;
        return place;
    }

    private void NoteFailover(RouteStep from, RouteStep to, ProviderFailure failure)
    {
        Log.FellOver(_logger, from.Ref, failure, to.Ref);
        EdgeTelemetry.Failovers.Add(1, new("provider", from.Entry.Id), new("model", from.Model), new("reason", failure.ToString()));
    }

    private static ProviderException QueueFull(RouteStep step) => new(
        ProviderFailure.RateLimited,
        $"{FairQueue.MaxWaiting} calls wait for {step.Ref} already; try again later, or raise models.providers.{step.Entry.Id}.maxConcurrent",
        TimeSpan.FromSeconds(10));

    /// <summary>Whether another model, or a later try, may do better.</summary>
    private static bool MayHelp(ProviderException failure) =>
        failure.Failure is not (ProviderFailure.BadRequest or ProviderFailure.ContextOverflow);

    private static ProviderException Together(List<ProviderException> failures)
    {
        ProviderException last = failures[^1];
        return failures.Count == 1
            ? last
            : new ProviderException(
                last.Failure,
                "no model answered: " + string.Join("; ", failures.Select(failure => failure.Message)),
                last.RetryAfter,
                last.HttpStatus,
                last);
    }
}
