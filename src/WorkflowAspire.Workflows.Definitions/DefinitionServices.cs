using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using WorkflowAspire.Workflows.Catalog;
using WorkflowAspire.Workflows.Definitions.Evaluation;
using WorkflowAspire.Workflows.Definitions.Http;
using WorkflowAspire.Workflows.Definitions.LanguageModels;
using WorkflowAspire.Workflows.Definitions.Secrets;
using WorkflowAspire.Workflows.Definitions.Steps;

namespace WorkflowAspire.Workflows.Definitions;

/// <summary>Registers workflows that tenants write as JSON.</summary>
public static class DefinitionServices
{
    extension(IServiceCollection services)
    {
        /// <summary>Adds definitions: to save them needs the store, to run them the engine as well; configuration sections <c>Definitions</c> and <c>Secrets</c>.</summary>
        /// <remarks>Register an <see cref="ISecretStore"/> or an <see cref="ILanguageModelSteps"/> of your own before or after it.</remarks>
        public IServiceCollection AddWorkflowDefinitions()
        {
            services.AddOptions<DefinitionOptions>().BindConfiguration(DefinitionOptions.Section).ValidateOnStart();
            services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<DefinitionOptions>, DefinitionOptionsValidator>());
            services.TryAddSingleton(TimeProvider.System);
            services.TryAddSingleton<ISecretStore, ConfigurationSecrets>();
            services.TryAddSingleton<IDefinedWorkflows, InterpretedWorkflows>();
            services.AddLogging();
            services.TryAddSingleton<EvaluatorPool>();
            services.TryAddSingleton<Evaluations>();
            services.AddHostedService<EvaluatorsAhead>();
            services.TryAddSingleton<HttpCalls>();
            services.TryAddSingleton<StepServices>();
            services.TryAddSingleton(provider => new DefinitionValidator(
                provider.GetRequiredService<DefinitionStore>(), provider.GetRequiredService<WorkflowDirectory>(), provider.GetRequiredService<Evaluations>(), provider.GetService<ILanguageModelSteps>()));
            services.TryAddSingleton(provider => new WorkflowDefinitions(
                provider.GetRequiredService<DefinitionStore>(), provider.GetRequiredService<DefinitionValidator>(), provider.GetRequiredService<Evaluations>()));
            return services;
        }
    }
}
