using OpenClaw.Edge.Providers;

namespace OpenClaw.Edge.Http;

/// <summary>A <c>/v1/responses</c> body that was checked.</summary>
/// <param name="Chat">What is asked, in the words of a chat.</param>
/// <param name="PreviousResponseId">The answer that this goes on from; null when it starts anew.</param>
/// <param name="Outputs">Results of calls that an earlier answer made and that are not in this body: tool messages.</param>
internal sealed record ResponsesRequest(
    ChatRequest Chat,
    string? PreviousResponseId,
    IReadOnlyList<PromptMessage> Outputs);
