using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using WorkflowAspire.Workflows.Definitions.LanguageModels;
using WorkflowAspire.Workflows.Llm.Answers;
using WorkflowAspire.Workflows.Llm.Budgets;
using WorkflowAspire.Workflows.Llm.Calls;
using WorkflowAspire.Workflows.Llm.Connections;
using WorkflowAspire.Workflows.Llm.Declared;
using WorkflowAspire.Workflows.Usage;

namespace WorkflowAspire.Workflows.Llm;

/// <summary>Registers language models.</summary>
public static class LanguageModelServices
{
    extension(IServiceCollection services)
    {
        /// <summary>
        /// Adds <see cref="LanguageModels"/>: the models of configuration section <c>LanguageModels</c> and of connection strings that name a
        /// provider, and the budgets of section <c>TokenBudgets</c>. It needs the engine and its store as well.
        /// </summary>
        public IServiceCollection AddLanguageModels()
        {
            services.AddOptions<LanguageModelsOptions>().ValidateOnStart();
            services.TryAddEnumerable(ServiceDescriptor.Singleton<IConfigureOptions<LanguageModelsOptions>, LanguageModelsConfiguration>());
            services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<LanguageModelsOptions>, LanguageModelsValidator>());
            services.AddOptions<TokenBudgetOptions>().ValidateOnStart();
            services.TryAddEnumerable(ServiceDescriptor.Singleton<IConfigureOptions<TokenBudgetOptions>, TokenBudgetConfiguration>());
            services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<TokenBudgetOptions>, TokenBudgetValidator>());
            services.AddMetrics();
            services.TryAddSingleton<LanguageModelTelemetry>();
            services.TryAddSingleton<LanguageModelDirectory>();
            services.TryAddSingleton<TokenBudgets>();
            services.TryAddSingleton<AnswerCache>();
            services.TryAddSingleton<TenantConnections>();
            services.TryAddSingleton<ILanguageModelSteps, DeclaredModels>();
            services.TryAddSingleton(provider => new LanguageModels(
                provider.GetRequiredService<LanguageModelDirectory>(),
                new ChatServices(
                    provider.GetRequiredService<UsageStore>(),
                    provider.GetRequiredService<TokenBudgets>(),
                    provider.GetRequiredService<AnswerCache>(),
                    provider.GetRequiredService<LanguageModelTelemetry>(),
                    provider.GetServices<IStepProgress>(),
                    provider.GetRequiredService<TimeProvider>(),
                    provider.GetRequiredService<ILogger<LanguageModels>>()),
                provider.GetRequiredService<IOptions<WorkflowOptions>>().Value.SerializerOptions,
                LanguageModelsValidator.LockDuration(provider.GetRequiredService<IConfiguration>())));
            return services;
        }
    }
}
