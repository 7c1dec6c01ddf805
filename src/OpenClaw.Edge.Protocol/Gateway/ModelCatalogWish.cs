namespace OpenClaw.Edge.Protocol.Gateway;

/// <summary>The member <c>modelCatalog</c> of connect params: whose models a page wants to hear of at once.</summary>
/// <param name="AgentId">An agent; null for the default one.</param>
/// <param name="SessionKey">A session.</param>
/// <param name="ShortId">Start of a session's id, in the place of its key.</param>
/// <param name="SlugHint">Part of its name, beside <paramref name="ShortId"/>.</param>
public sealed record ModelCatalogWish(string? AgentId, string? SessionKey, string? ShortId, string? SlugHint);
