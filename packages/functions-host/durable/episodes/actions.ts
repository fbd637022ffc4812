/** Actions of an orchestrator, as durable-functions puts them into its answer (`actions[0]`, all since the start). */
export enum ActionType {
  CallActivity = 0,
  CallActivityWithRetry = 1,
  CallSubOrchestrator = 2,
  CallSubOrchestratorWithRetry = 3,
  ContinueAsNew = 4,
  CreateTimer = 5,
  WaitForExternalEvent = 6,
  CallEntity = 7,
  CallHttp = 8,
  SignalEntity = 9,
  WhenAny = 11,
  WhenAll = 12,
  LockEntities = 13,
  ReleaseEntities = 14,
}

export interface RetryOptions {
  firstRetryIntervalInMilliseconds: number;
  maxNumberOfAttempts: number;
  backoffCoefficient?: number;
  maxRetryIntervalInMilliseconds?: number;
  retryTimeoutInMilliseconds?: number;
}

export interface CallAction {
  functionName: string;
  input?: unknown;
}
export interface SubOrchestratorFields extends CallAction {
  instanceId?: string;
  version?: string;
}
export type ActivityAction =
  | (CallAction & { actionType: ActionType.CallActivity })
  | (CallAction & { actionType: ActionType.CallActivityWithRetry; retryOptions: RetryOptions });
export type SubOrchestratorAction =
  | (SubOrchestratorFields & { actionType: ActionType.CallSubOrchestrator })
  | (SubOrchestratorFields & { actionType: ActionType.CallSubOrchestratorWithRetry; retryOptions: RetryOptions });
export interface TimerAction {
  actionType: ActionType.CreateTimer;
  fireAt: string;
  isCanceled?: boolean;
}
export interface ExternalEventAction {
  actionType: ActionType.WaitForExternalEvent;
  externalEventName: string;
}
export interface CompoundAction {
  actionType: ActionType.WhenAll | ActionType.WhenAny;
  compoundActions: Action[];
}
export interface ContinueAsNewAction {
  actionType: ActionType.ContinueAsNew;
  input?: unknown;
}
export interface UnsupportedAction {
  actionType:
    | ActionType.CallEntity
    | ActionType.CallHttp
    | ActionType.SignalEntity
    | ActionType.LockEntities
    | ActionType.ReleaseEntities;
}
export type Action =
  | ActivityAction
  | SubOrchestratorAction
  | TimerAction
  | ExternalEventAction
  | CompoundAction
  | ContinueAsNewAction
  | UnsupportedAction;
