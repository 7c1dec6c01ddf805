using System.Text.Json;
using Microsoft.Extensions.Logging;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Providers;
using OpenClaw.Edge.Sessions;
using OpenClaw.Edge.Skills;
using OpenClaw.Edge.Tools;

namespace OpenClaw.Edge.Agents;

/// <summary>Carries one run from its first model call to its last row: stream, tools, again, until the model has answered.
/// Stateless; one call a run.</summary>
internal sealed partial class AgentLoop(AgentRuntime runtime, RunLoad load, ContextParts parts, SteeringInbox steering)
{
    private const int MaxImages = 20; // of one round

    private readonly ILogger _logger = runtime.Loggers.CreateLogger("OpenClaw.Edge.Agents");
    private readonly TurnEnd _end = new(runtime);
    private readonly UsageGuard _guard = new(runtime);

    /// <summary>Runs a turn to its end; never throws. The end is stored before it is published.</summary>
    public async Task RunAsync(ActiveRun active)
    {
        EdgeConfig config = runtime.Config();
        TimeSpan budget = active.Run.Request.Timeout ?? TimeSpan.FromSeconds(config.Agents.Defaults.TimeoutSeconds);
        using CancellationTokenSource deadline = budget > TimeSpan.Zero ? new(budget, runtime.Time) : new();
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, active.Stopped);
        Turn turn = new(active) { Renew = () => deadline.CancelAfter(budget > TimeSpan.Zero ? budget : Timeout.InfiniteTimeSpan) };
        long started = runtime.Time.GetTimestamp();
        load.Enter();
        try
        {
            await TalkAsync(turn, config, either.Token);
            turn.Answered = () => Report(turn);
            await _end.DoneAsync(turn);
        }
        catch (InputNotStoredException)
        {
            TurnEnd.NeverSeen(active);
        }
        catch (OperationCanceledException) when (either.IsCancellationRequested)
        {
            await _end.StoppedAsync(turn, active.StopOrigin ?? "timeout", budget);
        }
        catch (RunRefusedException refused)
        {
            Log.Refused(_logger, active.Run.Id, refused.Message);
            await _end.RefusedAsync(turn, refused);
        }
        catch (ProviderException exception)
        {
            Log.ModelFailed(_logger, active.Run.Id, exception.Failure, exception.Message);
            await _end.FailedAsync(turn, exception.Message, exception);
        }
        catch (Exception exception)
        {
            Log.RunBroke(_logger, exception, active.Run.Id);
            await _end.FailedAsync(turn, "internal error: the gateway's log says more", null);
        }
        finally
        {
            load.Leave();
            RunTelemetry.Ended(
                active.Run.Status, active.Run.Request.Source, runtime.Time.GetElapsedTime(started).TotalSeconds);
        }
    }

    private async Task TalkAsync(Turn turn, EdgeConfig config, CancellationToken cancellationToken)
    {
        ActiveRun active = turn.Active;
        RunRequest request = active.Run.Request;
        if (active.MayStartOver)
        {
            await active.IsStoredAsync(); // only then is it known which conversation the turn is in
        }

        SessionRow? row = runtime.Sessions.Find(active.Run.SessionKey);
        ModelChoice choice = Choose(request, row, active.Agent);
        ModelInfo? model = Describe(choice);
        turn.Window = Window(model, config);
        turn.Requested = RefOf(choice);
        PlantWorkspace(active.Agent, config);
        active.Notes = runtime.Notes?.For(active.Run.SessionKey) ?? [];
        SessionLimits limits = SessionLimits.Of(runtime.Sessions, row);
        ToolPolicy policy = limits.Narrow(PolicyOf(active, choice));
        await (model is { Tools: false } ? Task.CompletedTask : runtime.Tools.ReadyAsync(policy, tool: null, cancellationToken));
        IReadOnlyList<ToolSpec> tools =
            model is { Tools: false } ? [] : PromptBuilder.Tools(runtime.Tools, policy, request, SessionModel.CanView(model, config));
        if (tools.Count == 0 && model is not { Tools: false } && policy.AllowLists.FirstOrDefault() is { } list)
        {
            await BegunAsync(turn, choice);
            throw new RunRefusedException(
                $"no tool is left for this turn: {list} names none that is there. Correct the list (openclaw config get tools), or remove it.",
                ProviderFailure.BadRequest);
        }

        ToolShelf? shelf = ToolShelf.Make(ref tools, request.ClientTools, active.Agent.ToolSearch, turn.Window);
        SkillSet skills = limits.Narrow(SkillsOf(active.Agent, tools));
        ElevatedAccess elevated = ElevatedAccess.Of(config, active.Agent.Id, request.Sender, request.Elevated ?? ElevatedLevel(row));
        string? place = elevated.Amend(runtime.Tools.Sandbox?.Notice(active.Agent.ScopeOf(active.Run.SessionKey)));
        string system = PromptBuilder.System(
            active.Agent, config, tools.Count > 0, Extra(shelf, turn.Window, request), runtime.Time.GetLocalNow(),
            place, light: request.LightContext, skills: SkillText(skills, active.Agent, place is not null, turn.Window, config),
            subagent: SubagentDesk.IsSubagent(active.Run.SessionKey));
        ModelRequest call = new()
        {
            Model = choice.Primary ?? "",
            System = system,
            Messages = [],
            Tools = tools,
            Sampling = request.Sampling,
            Think = request.Think ?? row?.ThinkLevel ?? active.Agent.Think,
            QueueKey = active.Run.SessionKey.Text,
        };
        ContextBudget budget = Budget(turn, model, config, request, choice, system, tools);
        ToolCallContext context = Context(turn, model, config) with
        {
            ReadableFolders = [.. skills.Available.Select(state => state.Skill.Folder)],
            IsSandboxed = runtime.Tools.Sandbox?.Covers(active.Agent.ScopeOf(active.Run.SessionKey)) == true,
            Elevated = elevated,
            Permission = limits.Mode,
            ExecNode = limits.ExecNode,
            ExecFolder = limits.ExecFolder,
        };
        TurnPrompt prompt = new(runtime, parts, turn, budget, CompactionOf(active.Run.SessionKey, choice, turn.Window, config))
        {
            Flush = MemoryFlush.For(runtime, choice, call, policy, context, config.Agents.Defaults.Compaction),
        };
        ToolRound round = new(runtime.Tools, policy, shelf, context, new LoopWatch(active.Agent.LoopDetection), runtime.Time);
        await AnswerAsync(turn, choice, call, prompt, round, Math.Clamp(config.Agents.Defaults.MaxToolRounds, 1, 100), cancellationToken);
        runtime.Notes?.Read(active.Run.SessionKey, active.Notes);
    }

    // A job's list of tools narrows what its agent may do, and never widens it.
    private ToolPolicy PolicyOf(ActiveRun active, ModelChoice choice)
    {
        ToolPolicy policy = active.Agent.ToolsIn(
            active.Run.SessionKey, runtime.Tools.Sandbox, SessionModel.Canonical(runtime.Models.Catalog, RefOf(choice)));
        return active.Run.Request.ToolsAllow switch
        {
            null => policy,
            { Count: 0 } => policy.Within(new ToolPolicy(null, null, null, ["*"])),
            { } allow => policy.Within(new ToolPolicy(null, allow, null, null)),
        };
    }

    private async Task AnswerAsync(
        Turn turn, ModelChoice choice, ModelRequest call, TurnPrompt prompt, ToolRound round, int maxRounds, CancellationToken cancellationToken)
    {
        Task? hasBegun = null;
        Task BegunOnceAsync() => hasBegun ??= BegunAsync(turn, choice);
        for (int count = 0; ; count++)
        {
            bool last = count >= maxRounds || round.IsStuck || (turn.AskedAgain > 0 && prompt.HasRounds);
            if (last)
            {
                prompt.AnswerNow();
            }

            ModelAnswer answer;
            turn.SawText = false;
            try
            {
                _guard.Check(turn.Active.Run.SessionKey, turn.Usage, turn.Worked);
                ModelRequest request = call with { Messages = await prompt.NextAsync(BegunOnceAsync, cancellationToken), Tools = last ? [] : call.Tools };
                answer = await AnswerStream.RunAsync(runtime.Models, choice, request, turn, runtime.Time, BegunOnceAsync, cancellationToken);
                MessageUsage counted = answer.Finish.Usage;
                parts.Calibration.Learn(RefOf(choice), request, counted.Input + counted.CacheRead + counted.CacheWrite);
            }
            catch (RunRefusedException)
            {
                await BegunOnceAsync(); // the person's message is shown, then why it is not answered
                throw;
            }
            catch (ProviderException exception)
                when (exception.Failure == ProviderFailure.ContextOverflow && !turn.SawText)
            {
                if (!await prompt.ShrinkAsync(cancellationToken))
                {
                    throw;
                }

                count--;
                continue;
            }

            turn.Silent = turn.Publisher.EndMessage();
            turn.Count(answer.Finish);
            ToolCall[] client = [.. answer.Calls.Where(wanted => IsClients(turn, wanted))];
            if (client.Length > 0)
            {
                await CallOwnBesideAsync(turn, answer, round, cancellationToken);
                turn.ClientCalls = client;
                return;
            }

            if (answer.Calls.Count == 0 || last)
            {
                if (await IsAnsweredAsync(turn, prompt, answer.Finish) && (last || !await GoesOnAsync(turn, prompt)))
                {
                    return;
                }

                continue;
            }

            prompt.Add(await CallToolsAsync(turn, answer, round, cancellationToken));
            await SteerAsync(turn, prompt);
            turn.Publisher.BeginMessage();
            turn.TalksAgain();
        }
    }

    // After the results, so that every call keeps its own; before the next call, so that the model reads it.
    private async Task<bool> SteerAsync(Turn turn, TurnPrompt prompt, Func<Task>? first = null)
    {
        IReadOnlyList<ActiveRun> steers = await steering.TakeAsync(turn.Active, first);
        if (steers.Count > 0)
        {
            prompt.Add(PromptHistory.Alternate([.. steers.Select(PromptBuilder.Said)]));
            turn.Publisher.Steered([.. steers.Select(steer => steer.Run.Id)]);
        }

        return steers.Count > 0;
    }

    // Messages that came while the model spoke its last words join the turn: it is asked once more. Not where a program waits for the
    // answer to its own question alone.
    private async Task<bool> GoesOnAsync(Turn turn, TurnPrompt prompt)
    {
        async Task SaidAsync()
        {
            if (!turn.Silent && TurnRows.Assistant(turn, turn.Finish?.StopReason ?? "stop", [], Now, null) is { } said)
            {
                prompt.Add([new() { Role = PromptRole.Assistant, Text = turn.Publisher.MessageText }]);
                await _end.AppendAsync(turn, said);
            }

            turn.Publisher.BeginMessage();
        }

        if (turn.Active.Run.Request.Source != "chat" || !await SteerAsync(turn, prompt, SaidAsync))
        {
            return false;
        }

        turn.GoesOn();
        prompt.Urge(null);
        turn.TalksAgain();
        return true;
    }

    // The turn ends with the client's calls, so ours of the same answer run before it.
    private async Task CallOwnBesideAsync(Turn turn, ModelAnswer answer, ToolRound round, CancellationToken cancellationToken)
    {
        ToolCall[] own = [.. answer.Calls.Where(wanted => !IsClients(turn, wanted))];
        if (own.Length > 0)
        {
            await CallToolsAsync(turn, answer with { Calls = own }, round, cancellationToken);
            turn.Publisher.BeginMessage();
        }
    }

    private async Task<List<PromptMessage>> CallToolsAsync(
        Turn turn, ModelAnswer answer, ToolRound round, CancellationToken cancellationToken)
    {
        string runId = turn.Active.Run.Id;
        List<PromptMessage> messages =
        [
            new() { Role = PromptRole.Assistant, Text = turn.Publisher.MessageText, ToolCalls = answer.Calls },
        ];
        await _end.AppendAsync(turn, TurnRows.Assistant(turn, "toolUse", answer.Calls, Now, null)!);
        List<PromptImage> images = [];
        foreach (ToolCall call in answer.Calls)
        {
            ToolResult result = steering.Any(turn.Active)
                ? round.Skip(turn, call)
                : await round.RunAsync(turn, call, cancellationToken);
            await _end.AppendAsync(turn, TurnRows.ToolResult(runId, call, result, Now));
            messages.Add(new PromptMessage
            {
                Role = PromptRole.Tool,
                ToolCallId = call.Id,
                ToolName = call.Name,
                Text = result.Text,
            });
            images.AddRange(result.Images.Take(MaxImages - images.Count));
        }

        if (images.Count > 0) // servers take images from a user only
        {
            messages.Add(new PromptMessage { Role = PromptRole.User, Text = "[images that the tools above gave back]", Images = images });
        }

        return messages;
    }

    // The model is already being called while the user's message goes to disk; nothing is shown before it is there.
    private async Task BegunAsync(Turn turn, ModelChoice choice)
    {
        if (!await turn.Active.IsStoredAsync())
        {
            throw new InputNotStoredException();
        }

        Run run = turn.Active.Run;
        run.Status = RunStatus.Running;
        run.StartedAtMs = Now;
        if (run.SessionId.Length == 0)
        {
            run.SessionId = runtime.Sessions.Find(run.SessionKey)?.SessionId ?? "";
        }

        turn.Publisher.Phase("preparing_workspace");
        turn.Publisher.Phase("preparing_context");
        await _end.PlaceAsync(turn.Active);
        turn.Publisher.Started();
        turn.Publisher.Phase("starting_model");
        if (runtime.Models.Catalog.TryResolve(
                choice.Primary ?? runtime.Models.Catalog.DefaultModelRef ?? "", out ModelProviderEntry? provider, out string? model))
        {
            turn.Api = provider.Api;
            turn.TalksTo(provider.Id, model);
        }
    }

    private void PlantWorkspace(AgentEntry agent, EdgeConfig config)
    {
        try
        {
            WorkspaceSeeds.Plant(agent.Workspace, config.Agents.Defaults.SkipBootstrap);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or WorkspaceException)
        {
            Log.NoWorkspace(_logger, agent.Workspace, exception.Message); // the turn can still chat
        }
    }

    private static ModelChoice Choose(RunRequest request, SessionRow? row, AgentEntry agent) =>
        (request.Model ?? row?.ModelOverride) is { Length: > 0 } named
            ? request.Fallbacks is { Count: > 0 } own ? new ModelChoice(named, own) : ModelChoice.Only(named)
            : new ModelChoice(agent.Model, request.Fallbacks ?? agent.Fallbacks);

    private ModelInfo? Describe(ModelChoice choice) =>
        (choice.Primary ?? runtime.Models.Catalog.DefaultModelRef) is string modelRef
            ? runtime.Models.Catalog.Describe(modelRef)
            : null;

    private static int Window(ModelInfo? model, EdgeConfig config)
    {
        int window = model is { ContextWindow: > 0 } ? model.ContextWindow : PromptBuilder.UnknownWindow;
        return config.Agents.Defaults.ContextTokens is > 0 and int cap ? Math.Min(window, cap) : window;
    }

    private static ToolCallContext Context(Turn turn, ModelInfo? model, EdgeConfig config) => new()
    {
        SessionKey = turn.Active.Run.SessionKey,
        Workspace = turn.Active.Agent.Workspace,
        MaxResultChars = Math.Clamp(turn.Window, 1_000, 40_000), // a quarter of the window at four characters a token
        SeesImages = model is { Vision: true },
        MaxImageBytes = (int)Math.Min(int.MaxValue / 2, config.Agents.Defaults.MediaMaxMb * 1024L * 1024L),
    };

    /// <summary>What <c>/elevated</c> or <c>sessions.patch</c> chose for a session; null for nothing.</summary>
    internal static string? ElevatedLevel(SessionRow? row) =>
        row?.Extra is { ValueKind: JsonValueKind.Object } extra && extra.TryGetProperty("elevatedLevel"u8, out JsonElement level) ? level.GetString() : null;

    private static string? Extra(ToolShelf? shelf, int window, RunRequest request) =>
        shelf is null ? request.ExtraSystemPrompt : $"{shelf.Directory(window)}\n\n{request.ExtraSystemPrompt}";

    private static bool IsClients(Turn turn, ToolCall call) =>
        turn.Active.Run.Request.ClientTools.Any(tool => tool.Name == call.Name);

    private long Now => runtime.Time.GetUtcNow().ToUnixTimeMilliseconds();

    private static partial class Log
    {
        [LoggerMessage(1801, LogLevel.Warning, "Run {RunId} failed ({Failure}): {Message}")]
        public static partial void ModelFailed(ILogger logger, string runId, ProviderFailure failure, string message);

        [LoggerMessage(1802, LogLevel.Error, "Run {RunId} broke; it was ended with an error.")]
        public static partial void RunBroke(ILogger logger, Exception exception, string runId);

        [LoggerMessage(1807, LogLevel.Warning, "Run {RunId}: {Model} gave an answer without words; it is asked again ({Time} of {Most}).")]
        public static partial void AskedAgain(ILogger logger, string runId, string model, int time, int most);

        [LoggerMessage(1805, LogLevel.Warning, "Run {RunId} was refused: {Message}")]
        public static partial void Refused(ILogger logger, string runId, string message);

        [LoggerMessage(1806, LogLevel.Warning, "Run {RunId}: prompt and tools leave {Percent} % of the {Window} tokens of {Model} for the conversation; use a larger window or fewer tools.")]
        public static partial void LittleRoom(ILogger logger, string runId, string model, int window, int percent);

        [LoggerMessage(1804, LogLevel.Warning, "Workspace {Workspace} cannot be used ({Problem}); the agent goes on without its files.")]
        public static partial void NoWorkspace(ILogger logger, string workspace, string problem);
    }
}
