using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Http;
using OpenClaw.Edge.Agents;
using OpenClaw.Edge.Providers;
using OpenClaw.Edge.Sessions;

namespace OpenClaw.Edge.Http;

/// <summary>Turns a chat request and its <c>x-openclaw-*</c> headers into a turn of an agent. Source: docs/http-api.md,
/// agents.</summary>
internal static class AgentTurn
{
    // Sessions that only the gateway itself may make.
    private static readonly string[] Reserved = ["subagent:", "cron:", "acp:"];

    /// <summary>Builds the turn; false with a sentence for the caller when the request names something that is not there.</summary>
    /// <param name="headers">Of the request.</param>
    /// <param name="chat">What is asked.</param>
    /// <param name="selectedAgent">Agent that <c>model</c> names; null for the default one.</param>
    /// <param name="agents">The agents there are.</param>
    /// <param name="models">The models there are.</param>
    /// <param name="turn">The turn.</param>
    /// <param name="problem">The sentence.</param>
    /// <param name="family">First word of the names of sessions that are made for callers without one.</param>
    /// <param name="continues">Whether the session itself holds what is to be answered, so that no message is needed.</param>
    public static bool TryBuild(
        IHeaderDictionary headers,
        ChatRequest chat,
        string? selectedAgent,
        AgentCatalog agents,
        ProviderCatalog models,
        [NotNullWhen(true)] out RunRequest? turn,
        out string problem,
        string family = "openai",
        bool continues = false)
    {
        turn = null;
        string? wanted = Header(headers, "x-openclaw-agent-id") ?? Header(headers, "x-openclaw-agent") ?? selectedAgent;
        AgentEntry? agent = agents.For(RouteOf(headers, chat.User)).Default;
        if (wanted is not null && !agents.TryGet(wanted, out agent))
        {
            problem = $"Unknown agent '{wanted}'.";
            return false;
        }

        string runId = Guid.NewGuid().ToString();
        if (!TryFindSession(headers, chat, agent.Id, wanted is not null, $"{family}:{runId}", agents, out SessionKey key, out problem))
        {
            return false;
        }

        string? model = Header(headers, "x-openclaw-model");
        if (model is not null && !models.TryResolve(model, out _, out _))
        {
            problem = $"Invalid `x-openclaw-model`: no provider serves '{model}'. GET /v1/models lists what there is.";
            return false;
        }

        int last = LastPrompt(chat.Messages);
        if (last < 0 && !continues)
        {
            problem = family == "openai" ? "Missing user message in `messages`." : "Missing user message in `input`.";
            return false;
        }

        // A tool's result is no prompt of its own: it stays in the conversation and the model goes on from there.
        bool answersTool = last < 0 || chat.Messages[last].Role == PromptRole.Tool;
        turn = new RunRequest
        {
            RunId = runId,
            SessionKey = key,
            Source = "http",
            Message = answersTool ? "" : chat.Messages[last].Text,
            Images = answersTool ? [] : chat.Messages[last].Images,
            PriorMessages = [.. chat.Messages.Take(answersTool ? last + 1 : last)],
            ExtraSystemPrompt = chat.System.Length > 0 ? chat.System : null,
            Model = model,
            ClientTools = chat.Tools,
            Sampling = chat.Sampling,
        };
        return true;
    }

    // The original's headers for callers that hand on what came to them by some channel.
    private static RouteQuery RouteOf(IHeaderDictionary headers, string? user) =>
        new(Header(headers, "x-openclaw-message-channel") ?? "http")
        {
            AccountId = Header(headers, "x-openclaw-account-id") ?? RouteQuery.DefaultAccount,
            PeerId = string.IsNullOrWhiteSpace(user) ? null : user.Trim(),
        };

    private static bool TryFindSession(
        IHeaderDictionary headers,
        ChatRequest chat,
        string agentId,
        bool agentNamed,
        string fresh,
        AgentCatalog agents,
        out SessionKey key,
        out string problem)
    {
        problem = "";
        if (Header(headers, "x-openclaw-session-key") is not { } wanted)
        {
            string rest = string.IsNullOrWhiteSpace(chat.User)
                ? fresh
                : $"{fresh[..fresh.IndexOf(':', StringComparison.Ordinal)]}-user:{chat.User.Trim()}";
            problem = "`user` is too long or holds control characters.";
            return SessionKey.TryParse($"agent:{agentId}:{rest}", agentId, out key);
        }

        if (!SessionKey.TryParse(wanted, agentId, out key))
        {
            problem = "Invalid `x-openclaw-session-key`.";
            return false;
        }

        string own = key.Rest;
        if (Reserved.Any(prefix => own.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)))
        {
            problem = "`x-openclaw-session-key` uses a reserved namespace (subagent:, cron:, acp:).";
            return false;
        }

        if (agentNamed && key.AgentId != agentId)
        {
            problem = $"`x-openclaw-session-key` belongs to agent '{key.AgentId}', not '{agentId}'.";
            return false;
        }

        if (!agents.TryGet(key.AgentId, out _))
        {
            problem = $"Unknown agent '{key.AgentId}'.";
            return false;
        }

        return true;
    }

    private static int LastPrompt(IReadOnlyList<PromptMessage> messages)
    {
        for (int index = messages.Count - 1; index >= 0; index--)
        {
            PromptMessage message = messages[index];
            if (message.Role == PromptRole.Tool
                || (message.Role == PromptRole.User && (message.Text.Trim().Length > 0 || message.Images.Count > 0)))
            {
                return index;
            }
        }

        return -1;
    }

    private static string? Header(IHeaderDictionary headers, string name)
    {
        string? value = headers[name];
        return string.IsNullOrWhiteSpace(value) ? null : value.Trim();
    }
}
